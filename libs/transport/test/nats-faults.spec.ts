/** What happens to a call over NATS when the broker or the participant misbehaves. */
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { NatsBranchInvoker, NatsLink } from '../src/index.js';
import { aCall, always, eventually, key, outcomeIn, realClock } from './callers.js';

describeOnNats('a call over NATS that meets trouble', () => {
  let server: NatsServer;
  let participant: NatsConnection;
  let heard: Msg[];
  let answer: (message: Msg) => void;
  const states: string[] = [];

  beforeAll(async () => {
    server = await startNats();
    participant = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 20, reconnectJitter: 1 });
    participant.subscribe('assent.inventory.reserve.*', {
      callback: (_error, message) => {
        heard.push(message);
        answer(message);
      },
    });
    await participant.flush();
  });
  afterAll(async () => {
    await participant.close();
    await server.stop();
  });
  beforeEach(() => {
    heard = [];
    answer = (message) => message.respond('{"response":{"ok":true}}');
  });

  const anInvoker = (): NatsBranchInvoker => {
    states.length = 0;
    const link = NatsLink.open({ address: { servers: [server.url] }, name: 'test', onChange: (state) => states.push(state) });
    const participants = [
      { name: 'inventory', key },
      { name: 'payment', key },
    ];
    return new NatsBranchInvoker({ participants, link, clock: realClock, wallClockMs: Date.now });
  };
  const callOnce = async (of: Parameters<typeof aCall>[0] = {}) => {
    const invoker = anInvoker();
    const outcome = outcomeIn(await invoker.invoke(aCall(of), always));
    await invoker.close(0);
    return outcome;
  };

  it('is unknown at once when nobody serves the contract', async () => {
    const outcome = await callOnce({ endpoint: { contract: 'payment.charge' }, timeoutMs: 60_000 });
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'no_responders' });
  });

  it.each([
    ['that is not JSON', 'oops', 'bad_answer'],
    ['that is a list', '[]', 'bad_answer'],
    ['to another request', '{"response":1,"id":"other"}', 'bad_answer'],
    ['with the error of a handler that threw', '{"err":{"status":"error","message":"Internal server error"}}', 'error_answer'],
    ['with an error of one word', '{"err":"There is no matching message handler"}', 'error_answer'],
    ['with an empty error', '{"err":""}', 'error_answer'],
    ['with the error of a service that means something else', '{"err":{"code":"OUT_OF_STOCK","message":"sold out"}}', 'error_answer'],
    ['with a refusal in other words', '{"err":{"assent":"REJECTED","code":"NO"}}', 'error_answer'],
    ['with a refusal and a result', '{"err":{"assent":"rejected"},"response":{}}', 'malformed_refusal'],
  ])('is unknown when it gets an answer %s', async (_what, text, code) => {
    answer = (message) => message.respond(text);
    expect(await callOnce()).toMatchObject({ kind: 'unknown', code });
  });

  it('takes an empty error for none, as older services write it', async () => {
    answer = (message) => message.respond('{"err":null,"response":{"ok":true},"isDisposed":true}');
    expect(await callOnce()).toEqual({ kind: 'succeeded', result: '{"ok":true}' });
  });

  it('takes a result that only resembles a pending answer for a result', async () => {
    answer = (message) => message.respond('{"response":{"assent":"pending","order":7}}');
    expect(await callOnce()).toEqual({ kind: 'succeeded', result: '{"assent":"pending","order":7}' });
  });

  it('does not leave when it is larger than the server takes', async () => {
    const outcome = await callOnce({ payload: JSON.stringify('x'.repeat(1_100_000)) });
    expect([outcome, heard.length]).toEqual([expect.objectContaining({ kind: 'unknown', code: 'bad_call' }), 0]);
  });

  it('is unknown at once when the broker dies under it, and the next one arrives when the broker is back', async () => {
    answer = () => undefined;
    const invoker = anInvoker();
    const first = invoker.invoke(aCall({ timeoutMs: 60_000 }), always);
    await eventually(() => heard.length === 1);
    await server.kill();
    expect(outcomeIn(await first)).toMatchObject({ kind: 'unknown', code: 'reset' });

    answer = (message) => message.respond('{"response":{"ok":true}}');
    const asked: number[] = [];
    const mayLeave = () => {
      asked.push(performance.now());
      return true;
    };
    const second = invoker.invoke(aCall({ attempt: 2, timeoutMs: 60_000 }), mayLeave);
    expect(asked).toEqual([]);
    await server.restart();
    // Whoever is back first: without the participant a call has nobody to answer it.
    const outcomes = [outcomeIn(await second)];
    for (let attempt = 3; outcomes.at(-1)?.kind !== 'succeeded' && attempt < 200; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      outcomes.push(outcomeIn(await invoker.invoke(aCall({ attempt, timeoutMs: 60_000 }), always)));
    }
    await invoker.close(0);
    expect([asked.length, outcomes.at(-1), states]).toEqual([
      1,
      { kind: 'succeeded', result: '{"ok":true}' },
      ['connected', 'disconnected', 'connected', 'disconnected'],
    ]);
  });

  it('ends on time while the broker is away, and does not arrive later', async () => {
    const invoker = anInvoker();
    await invoker.invoke(aCall(), always);
    await server.kill();
    await eventually(() => states.at(-1) === 'disconnected');
    heard = [];
    const end = await invoker.invoke(aCall({ attempt: 2, timeoutMs: 120 }), always);
    expect(outcomeIn(end)).toMatchObject({ kind: 'unknown', code: 'connect_failed' });
    await server.restart();
    await eventually(() => states.at(-1) === 'connected');
    const withdrawn = await invoker.invoke(aCall({ attempt: 3 }), () => false);
    await participant.flush();
    await invoker.close(0);
    expect([withdrawn.kind, heard.length]).toEqual(['withdrawn', 0]);
  });

  it('does not keep a coordinator from closing that never reached a broker', async () => {
    const link = NatsLink.open({ address: { servers: ['127.0.0.1:1'] }, name: 'test' });
    const invoker = new NatsBranchInvoker({ participants: [{ name: 'inventory', key }], link, clock: realClock, wallClockMs: Date.now });
    const call = invoker.invoke(aCall({ timeoutMs: 60_000 }), always);
    const begun = performance.now();
    await invoker.close(20);
    expect(outcomeIn(await call)).toMatchObject({ code: 'shutting_down' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('cannot be configured wrongly without a word', () => {
    const link = NatsLink.open({ address: { servers: ['127.0.0.1:1'] }, name: 'test' });
    const wrong = [{ name: 'a.b', key: 'secret-one', concurrency: 0 }];
    const attempt = () => new NatsBranchInvoker({ participants: wrong, link, clock: realClock, wallClockMs: Date.now });
    expect(attempt).toThrow(/a\.b: A name.*\n.*A key begins with whsec_.*\n.*concurrency/);
    expect(attempt).not.toThrow(/secret-one/);
    return link.close();
  });
});
