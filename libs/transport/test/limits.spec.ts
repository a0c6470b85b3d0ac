/** Order, limits and permission: who leaves when, and what does not leave at all. */
import type { ServerResponse } from 'node:http';
import { EgressPolicy, makeParticipantKey } from '../src/index.js';
import { aCall, always, anInvoker, eventually, key, outcomeIn, realClock } from './callers.js';
import { answer, ScriptedServer } from './scripted-server.js';

describe('the queue of a participant', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  it('never has more calls in the air than the participant allows, and serves them in order', async () => {
    let inTheAir = 0;
    let most = 0;
    server.script = (response) => {
      most = Math.max(most, ++inTheAir);
      // Work that takes long enough for all eight to meet.
      setTimeout(() => {
        inTheAir--;
        response.end();
      }, 3);
    };
    const invoker = anInvoker(server.origin, { concurrency: 8 });
    const ended: number[] = [];
    const calls = Array.from({ length: 300 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), always).then(() => ended.push(at)));
    expect(invoker.loads().get('inventory')).toEqual({ inFlight: 8, queued: 292 });
    await Promise.all(calls);
    await invoker.close(0);
    expect([most, server.connections, server.calls.length, ended.length]).toEqual([8, 8, 300, 300]);
    const attempts = server.calls.map((call) => Number(call.headers['webhook-id']?.toString().split('/')[4]));
    // Eight connections may overtake one another, never by more than their number.
    expect(attempts.every((attempt, at) => Math.abs(attempt - 1 - at) < 16)).toBe(true);
  });

  it('does not count the time in the queue as time of the call', async () => {
    const held: ServerResponse[] = [];
    server.script = (response) => void held.push(response);
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const first = invoker.invoke(aCall({ timeoutMs: 5_000 }), always);
    await eventually(() => held.length === 1);
    const second = invoker.invoke(aCall({ attempt: 2, timeoutMs: 400 }), always);
    const queuedUntil = performance.now() + 500;
    await eventually(() => performance.now() > queuedUntil);
    server.script = answer(200);
    held[0]?.end();
    const ends = await Promise.all([first, second]);
    await invoker.close(0);
    expect(ends.map((end) => outcomeIn(end).kind)).toEqual(['succeeded', 'succeeded']);
    expect(ends[1]).toMatchObject({ durationMs: expect.any(Number) });
    expect((ends[1] as { durationMs: number }).durationMs).toBeLessThan(400);
  });

  it('does not send what may not leave any more when its turn comes', async () => {
    const held: ServerResponse[] = [];
    server.script = (response) => void held.push(response);
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const first = invoker.invoke(aCall(), always);
    await eventually(() => held.length === 1);
    let permitted = true;
    const others = Array.from({ length: 30_000 }, (_, at) => invoker.invoke(aCall({ attempt: at + 2 }), () => permitted));
    permitted = false;
    held[0]?.end();
    const ends = await Promise.all([first, ...others]);
    await invoker.close(0);
    expect([ends.filter((end) => end.kind === 'withdrawn').length, server.calls.length]).toEqual([30_000, 1]);
  });

  it('asks after the connection is there, because connecting takes time too', async () => {
    const events: string[] = [];
    server.server.on('connection', () => events.push('connected'));
    const invoker = anInvoker(server.origin);
    const end = await invoker.invoke(aCall(), () => {
      events.push('asked');
      return false;
    });
    await eventually(() => server.connections === 1 && server.openSockets === 0);
    await invoker.close(0);
    expect([end, events.filter((event) => event === 'asked').length, server.calls.length]).toEqual([{ kind: 'withdrawn' }, 1, 0]);
  });

  it('asks each call that is sent once', async () => {
    let asked = 0;
    const invoker = anInvoker(server.origin);
    const mayLeave = () => {
      asked++;
      return true;
    };
    await Promise.all(Array.from({ length: 100 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), mayLeave)));
    await invoker.close(0);
    expect(asked).toBe(100);
  });

  it('takes calls that come up while another one is asked', async () => {
    const invoker = anInvoker(server.origin, { concurrency: 2 });
    const more: Promise<unknown>[] = [];
    const first = invoker.invoke(aCall(), () => {
      for (let attempt = 2; attempt < 10; attempt++) more.push(invoker.invoke(aCall({ attempt }), always));
      return true;
    });
    await first;
    await Promise.all(more);
    await invoker.close(0);
    expect([server.calls.length, server.connections]).toEqual([9, 2]);
  });

  it('is bounded', async () => {
    server.script = () => {};
    const invoker = anInvoker(server.origin, { concurrency: 1, limits: { maxQueued: 2 } });
    const calls = Array.from({ length: 4 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), always));
    const last = await calls[3];
    await invoker.close(0);
    await Promise.all(calls);
    expect(last).toMatchObject({ outcome: { kind: 'unknown', code: 'queue_full' } });
  });

  it('of one participant is not held up by another', async () => {
    const slow = await ScriptedServer.start(() => {});
    const invoker = anInvoker(server.origin, {
      participants: [
        { name: 'slow', baseUrl: slow.origin, key, concurrency: 1 },
        { name: 'inventory', baseUrl: server.origin, key: makeParticipantKey(), concurrency: 1 },
      ],
    });
    const stuck = [1, 2].map((attempt) => invoker.invoke(aCall({ attempt, endpoint: { contract: 'slow.work' } }), always));
    const quick = await invoker.invoke(aCall(), always);
    await invoker.close(0);
    await Promise.all(stuck);
    await slow.stop();
    expect(outcomeIn(quick).kind).toBe('succeeded');
  });
});

describe('closing', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  it('lets calls in the air end and sends nothing new', async () => {
    const held: ServerResponse[] = [];
    server.script = (response) => void held.push(response);
    const invoker = anInvoker(server.origin, { concurrency: 1 });
    const first = invoker.invoke(aCall(), always);
    const waiting = invoker.invoke(aCall({ attempt: 2 }), always);
    await eventually(() => held.length === 1);
    const closed = invoker.close(5_000);
    const late = await invoker.invoke(aCall({ attempt: 3 }), always);
    held[0]?.end('{"a":1}');
    const ends = await Promise.all([first, waiting]);
    await closed;
    await eventually(() => server.openSockets === 0);
    expect([outcomeIn(ends[0]).kind, outcomeIn(ends[1]), outcomeIn(late), server.calls.length]).toEqual([
      'succeeded',
      expect.objectContaining({ code: 'shutting_down' }),
      expect.objectContaining({ code: 'shutting_down' }),
      1,
    ]);
  });

  it('closes idle connections at once', async () => {
    const invoker = anInvoker(server.origin);
    await invoker.invoke(aCall(), always);
    const begun = performance.now();
    await invoker.close(5_000);
    await eventually(() => server.openSockets === 0);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('does not wait longer than it was told', async () => {
    server.script = () => {};
    const invoker = anInvoker(server.origin);
    const call = invoker.invoke(aCall({ timeoutMs: 60_000 }), always);
    await eventually(() => server.calls.length === 1);
    const begun = performance.now();
    await invoker.close(50);
    expect([outcomeIn(await call), performance.now() - begun < 1_000]).toEqual([expect.objectContaining({ code: 'shutting_down' }), true]);
  });
});

describe('where a call goes', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  it('is the base URL, the contract and the op', async () => {
    const invoker = anInvoker(`${server.origin}/shop/`);
    await invoker.invoke(aCall({ op: 'confirm' }), always);
    await invoker.close(0);
    expect(server.calls[0]?.path).toBe('/shop/assent/inventory.reserve/confirm');
  });

  it('is the URL of the op when the branch names URLs, under the name of the host', async () => {
    const invoker = anInvoker('http://127.0.0.1:1', {
      origins: [{ origin: server.origin, key }],
      egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [server.origin] }),
    });
    const endpoint = { urls: { action: `${server.origin}/send?now=1`, compensate: `${server.origin}/unsend` } };
    const ends = [
      await invoker.invoke(aCall({ op: 'action', endpoint }), always),
      await invoker.invoke(aCall({ op: 'compensate', endpoint, payload: '' }), always),
      await invoker.invoke(aCall({ op: 'confirm', endpoint }), always),
    ];
    await invoker.close(0);
    expect(ends.map((end) => outcomeIn(end))).toMatchObject([{ kind: 'succeeded' }, { kind: 'succeeded' }, { code: 'url_missing' }]);
    expect(server.calls.map((call) => [call.path, call.body])).toEqual([
      ['/send?now=1', '{"sku":"tea"}'],
      ['/unsend', '{}'],
    ]);
    expect(invoker.participantOf(endpoint)).toBe(server.origin.replace('http://', ''));
  });

  it.each([
    ['an unknown participant', { contract: 'warehouse.reserve' }, 'participant_unknown'],
    ['a contract that is a path', { contract: 'inventory./../../admin' }, 'participant_unknown'],
    ['a contract without a participant', { contract: '.reserve' }, 'participant_unknown'],
    ['an origin outside the list', { urls: { try: 'http://example.org/x' } }, 'egress_denied'],
    ['a URL that is none', { urls: { try: 'mail' } }, 'egress_denied'],
  ])('is nowhere for %s', async (_what, endpoint, code) => {
    const invoker = anInvoker(server.origin);
    const end = await invoker.invoke(aCall({ endpoint }), always);
    await invoker.close(0);
    expect([outcomeIn(end), server.connections]).toEqual([expect.objectContaining({ kind: 'unknown', code }), 0]);
  });

  it('is not changed by an id that tries to write headers of its own', async () => {
    const invoker = anInvoker(server.origin);
    const end = await invoker.invoke(aCall({ branch: 'a\r\nx-admin: 1' }), always);
    await invoker.close(0);
    expect([outcomeIn(end), server.calls.length]).toEqual([expect.objectContaining({ kind: 'unknown', code: 'bad_call' }), 0]);
  });

  it('belongs to the participant before the first dot', () => {
    const invoker = anInvoker(server.origin);
    expect(
      [{ contract: 'inventory.reserve.v2' }, { contract: 'solo' }, { urls: {} }].map((endpoint) => invoker.participantOf(endpoint)),
    ).toEqual(['inventory', 'solo', '-']);
  });

  it('cannot be configured wrongly without a word', () => {
    const wrong = [{ name: 'a.b', baseUrl: 'ftp://host', key: 'secret-one', concurrency: 0 }];
    const attempt = () => anInvoker(server.origin, { participants: wrong, clock: realClock });
    expect(attempt).toThrow(/a\.b: The base URL.*Only http.*\n.*A name.*\n.*A key begins with whsec_.*\n.*concurrency/);
    expect(attempt).not.toThrow(/secret-one/);
  });
});
