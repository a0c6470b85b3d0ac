/** What happens to a call when the network or the participant misbehaves. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { CallEnd } from '@assent/engine';
import { aCall, always, anInvoker, eventually, outcomeIn } from './callers.js';
import { answer, type Script, ScriptedServer } from './scripted-server.js';

const silence: Script = () => {};
const trickle: Script = (response, { socket }) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{');
  const drip = setInterval(() => response.write(' '), 10);
  socket.once('close', () => clearInterval(drip));
};

const slownesses: readonly (readonly [when: string, script: Script])[] = [
  ['no answer comes', silence],
  ['the body only trickles', trickle],
  ['the headers come, the body does not', (response) => response.writeHead(200, { 'content-length': '9' }).flushHeaders()],
  ['the headers never end', (_response, { socket }) => socket.write('HTTP/1.1 200 OK\r\nx: y')],
];

const breaks: readonly (readonly [when: string, script: Script])[] = [
  ['before the headers', (_response, { socket }) => socket.destroy()],
  ['by a reset', (_response, { socket }) => socket.resetAndDestroy()],
  [
    'in the middle of the body',
    (response, { socket }) => {
      response.writeHead(200, { 'content-length': '100' }).flushHeaders();
      response.write('{"half":');
      setImmediate(() => socket.destroy());
    },
  ],
];

describe('a call that meets trouble', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  const callOnce = async (script: Script, timeoutMs = 2_000): Promise<CallEnd> => {
    server.script = script;
    const invoker = anInvoker(server.origin);
    const end = await invoker.invoke(aCall({ timeoutMs }), always);
    await invoker.close(0);
    return end;
  };

  it.each(slownesses)('ends on time when %s', async (_what, script) => {
    const end = await callOnce(script, 150);
    expect(end).toMatchObject({ kind: 'ended', outcome: { kind: 'unknown', code: 'timeout' } });
    const { durationMs } = end as CallEnd & { kind: 'ended' };
    expect(durationMs).toBeGreaterThanOrEqual(149);
    expect(durationMs).toBeLessThan(1_500);
  });

  it('destroys the connection of a call that timed out, and the next call has its own', async () => {
    server.script = silence;
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    await invoker.invoke(aCall({ timeoutMs: 50 }), always);
    await eventually(() => server.openSockets === 0);
    server.script = answer(200, '{"a":1}');
    const next = await invoker.invoke(aCall(), always);
    await invoker.close(0);
    expect([outcomeIn(next).kind, server.connections]).toEqual(['succeeded', 2]);
  });

  it('takes an answer that was already there when a busy process looks at the clock', async () => {
    server.script = answer(200, '{"a":1}');
    const invoker = anInvoker(server.origin);
    await invoker.invoke(aCall(), always);
    server.script = (response) => {
      response.end('{"b":2}');
      // Client and server share this process: the answer is written, then nobody looks for longer than the call may take.
      setImmediate(() => {
        const until = performance.now() + 350;
        while (performance.now() < until);
      });
    };
    const outcome = outcomeIn(await invoker.invoke(aCall({ timeoutMs: 300 }), always));
    await invoker.close(0);
    expect(outcome).toEqual({ kind: 'succeeded', result: '{"b":2}' });
  });

  it.each(breaks)('is unknown when the connection breaks %s, and is not sent twice', async (_what, script) => {
    const outcome = outcomeIn(await callOnce(script));
    expect([outcome, server.calls.length]).toEqual([expect.objectContaining({ kind: 'unknown', code: 'reset' }), 1]);
  });

  it.each([
    ['is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['has headers without end', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1_000)}\r\n`.repeat(40)}\r\n`],
    ['contradicts its own length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
  ])('is unknown when the answer %s', async (_what, bytes) => {
    const outcome = outcomeIn(await callOnce((_response, { socket }) => socket.write(bytes)));
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'bad_answer' });
  });

  it('reads no more of an endless body than it must', async () => {
    let written = 0;
    const end = await callOnce((response, { socket }) => {
      response.writeHead(500);
      const pour = () => {
        while (!socket.destroyed && response.write('x'.repeat(16_384))) written += 16_384;
      };
      response.on('drain', pour);
      pour();
    });
    await eventually(() => server.openSockets === 0);
    expect([outcomeIn(end), written < 20_000_000]).toEqual([expect.objectContaining({ code: 'http_500' }), true]);
  });

  it('is known to have gone nowhere when nobody listens', async () => {
    const nobody = await ScriptedServer.start();
    await nobody.stop();
    const invoker = anInvoker(nobody.origin);
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    await invoker.close(0);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'connect_failed', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('ends on time when no connection comes about', async () => {
    // A connection that waits for a TLS handshake with a listener that never speaks is never ready, on every system.
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const invoker = anInvoker(`https://127.0.0.1:${(mute.address() as AddressInfo).port}`);
    const end = await invoker.invoke(aCall({ timeoutMs: 100 }), always);
    await invoker.close(0);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
    expect(end).toMatchObject({ outcome: { kind: 'unknown', code: 'connect_failed', message: 'no connection within 100 ms' } });
  });

  it('is not lost when the server has closed the idle connection', async () => {
    server.script = answer(200, '{"a":1}');
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const kinds: string[] = [];
    const mayLeave = jest.fn(always);
    for (let round = 0; round < 10; round++) {
      kinds.push(outcomeIn(await invoker.invoke(aCall({ attempt: round + 1 }), mayLeave)).kind);
      server.closeConnections();
      await eventually(() => server.openSockets === 0);
    }
    await invoker.close(0);
    expect([kinds, server.calls.length, mayLeave.mock.calls.length]).toEqual([Array(10).fill('succeeded'), 10, 10]);
  });

  it('is never sent twice when the server closes the connection in the very moment of sending', async () => {
    server.script = answer(200, '{"a":1}');
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const seen = new Set<string>();
    for (let round = 0; round < 50; round++) {
      const outcome = outcomeIn(await invoker.invoke(aCall({ attempt: round + 1 }), always));
      seen.add(outcome.kind === 'unknown' ? outcome.code : outcome.kind);
      server.closeConnections();
    }
    await invoker.close(0);
    const ids = server.calls.map((call) => call.headers['webhook-id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(['succeeded', 'reset']).toEqual(expect.arrayContaining([...seen]));
  });

  it('opens a connection of its own after an answer that closes', async () => {
    server.script = answer(200, '', { connection: 'close' });
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const mayLeave = jest.fn(always);
    const ends = await Promise.all(Array.from({ length: 10 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), mayLeave)));
    await invoker.close(0);
    const kinds = ends.map((end) => outcomeIn(end).kind);
    expect([kinds, server.connections, mayLeave.mock.calls.length]).toEqual([Array(10).fill('succeeded'), 10, 10]);
  });

  it('opens a connection of its own after a body that was cut off', async () => {
    server.script = answer(200, `"${'x'.repeat(200_000)}"`);
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const mayLeave = jest.fn(always);
    const ends = await Promise.all(Array.from({ length: 5 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), mayLeave)));
    await invoker.close(0);
    expect([ends.map((end) => outcomeIn(end)), mayLeave.mock.calls.length]).toEqual([Array(5).fill({ kind: 'succeeded' }), 5]);
  });

  it('does not wait for a body that it will not read', async () => {
    const end = await callOnce((response) => response.writeHead(500, { 'content-length': '9000000' }).flushHeaders());
    expect(outcomeIn(end)).toMatchObject({ code: 'http_500' });
  });

  it('works with a server that speaks HTTP/1.0 and closes after every answer', async () => {
    const old = createServer((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n[]')));
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const invoker = anInvoker(`http://127.0.0.1:${(old.address() as AddressInfo).port}`, { concurrency: 1 });
    const ends = await Promise.all(Array.from({ length: 5 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), always)));
    await invoker.close(0);
    await new Promise((resolve) => old.close(resolve));
    expect(ends.map((end) => outcomeIn(end))).toEqual(Array(5).fill({ kind: 'succeeded', result: '[]' }));
  });
});
