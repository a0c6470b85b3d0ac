/** What holds for a call whatever it travels by. */
import type { BranchCall } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import { Webhook } from 'standardwebhooks';
import { describeOnNats, type NatsServer, startNats } from '../../../../test/support/nats.js';
import { aCall, always, eventually, key, outcomeIn } from '../callers.js';
import { startHttpRig } from './http-rig.js';
import { startNatsRig } from './nats-rig.js';
import { type Rig, type Said, succeed } from './rig.js';

const answers: readonly (readonly [Said, Outcome | { kind: 'unknown'; code: string }])[] = [
  [{ kind: 'succeeded' }, { kind: 'succeeded' }],
  [
    { kind: 'succeeded', result: { id: 7 } },
    { kind: 'succeeded', result: '{"id":7}' },
  ],
  [{ kind: 'succeeded', result: {} }, { kind: 'succeeded' }],
  [{ kind: 'succeeded', result: null }, { kind: 'succeeded' }],
  [
    { kind: 'succeeded', result: [1] },
    { kind: 'succeeded', result: '[1]' },
  ],
  [{ kind: 'succeeded', result: 'x'.repeat(70_000) }, { kind: 'succeeded' }],
  [
    { kind: 'rejected', code: 'OUT_OF_STOCK', message: 'tea is\nsold out' },
    { kind: 'rejected', refusal: { code: 'OUT_OF_STOCK', message: 'tea is sold out' } },
  ],
  [
    { kind: 'rejected', code: ' ', message: 'no code' },
    { kind: 'unknown', code: 'malformed_refusal' },
  ],
  [{ kind: 'pending' }, { kind: 'pending' }],
  [
    { kind: 'pending', retryAfterMs: 2_000 },
    { kind: 'pending', retryAfterMs: 2_000 },
  ],
  [
    { kind: 'pending', retryAfterMs: 0 },
    { kind: 'pending', retryAfterMs: 100 },
  ],
  [
    { kind: 'pending', retryAfterMs: 86_400_000 },
    { kind: 'pending', retryAfterMs: 300_000 },
  ],
];

function callsOver(start: () => Promise<Rig>): void {
  let rig: Rig;
  beforeAll(async () => {
    rig = await start();
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.script = succeed;
    rig.calls.length = 0;
  });

  const callOnce = async (of: Partial<BranchCall> = {}) => {
    const invoker = rig.invoker();
    const outcome = outcomeIn(await invoker.invoke(aCall(of), always));
    await invoker.close(0);
    return outcome;
  };

  it.each(answers.map((row) => [JSON.stringify(row[0]).slice(0, 60), ...row] as const))(
    'that is answered %s is understood',
    async (_what, said, outcome) => {
      rig.script = (say) => say(said);
      expect(await callOnce()).toMatchObject(outcome);
    },
  );

  it('that a broken participant answers is unknown, and one that is overloaded says when to come back', async () => {
    rig.script = (say) => say({ kind: 'failed' });
    expect(await callOnce()).toMatchObject({ kind: 'unknown' });
    rig.script = (say) => say({ kind: 'overloaded', retryAfterMs: 3_000 });
    expect(await callOnce()).toMatchObject({ kind: 'unknown', retryAfterMs: 3_000 });
  });

  it('carries its payload byte for byte, its times, a trace, and a signature over the message id and the payload', async () => {
    const payload = '{ "price": 1.0,\n"name": "tü}" }';
    await callOnce({ op: 'seal-confirm' as BranchCall['op'], attempt: 3, payload });
    const [heard] = rig.calls;
    expect(heard).toMatchObject({
      contract: 'inventory.reserve',
      op: 'seal-confirm',
      body: payload,
      headers: {
        'webhook-id': '0199c2f0-0000-7000-8000-000000000001/stock/inventory:reserve/seal-confirm/3',
        'assent-begun': '1700000000000',
        traceparent: expect.stringMatching(/^00-0199c2f0000070008000000000000001-[0-9a-f]{16}-01$/),
      },
    });
    expect(Number(heard?.headers['assent-timeout-ms'])).toBeLessThanOrEqual(2_000);
    const verify = (body: string) => new Webhook(key).verify(body, { ...heard?.headers });
    expect(verify(payload)).toEqual({ price: 1, name: 'tü}' });
    expect(() => verify(payload.replace('1.0', '2.0'))).toThrow();
  });

  it('carries an empty object for an empty payload', async () => {
    await callOnce({ payload: '' });
    expect(rig.calls[0]?.body).toBe('{}');
  });

  it('ends on time when no answer comes', async () => {
    const invoker = rig.invoker();
    // The connection stands before the clock starts to count.
    rig.script = succeed;
    await invoker.invoke(aCall(), always);
    rig.script = () => undefined;
    const end = await invoker.invoke(aCall({ attempt: 2, timeoutMs: 150 }), always);
    await invoker.close(0);
    expect(end).toMatchObject({ kind: 'ended', outcome: { kind: 'unknown', code: 'timeout' } });
    expect((end as { durationMs: number }).durationMs).toBeGreaterThanOrEqual(149);
    expect((end as { durationMs: number }).durationMs).toBeLessThan(1_500);
  });

  it('takes no notice of an answer that comes after its time', async () => {
    let late: (said: Said) => void = () => undefined;
    rig.script = (say) => {
      late = say;
    };
    const invoker = rig.invoker();
    const first = outcomeIn(await invoker.invoke(aCall({ timeoutMs: 300 }), always));
    late({ kind: 'succeeded', result: { late: true } });
    rig.script = (say) => say({ kind: 'succeeded', result: { late: false } });
    const second = outcomeIn(await invoker.invoke(aCall({ attempt: 2 }), always));
    await invoker.close(0);
    expect([first, second]).toMatchObject([{ code: 'timeout' }, { result: '{"late":false}' }]);
  });

  it('waits while the participant bears no more, in order, and that time is not its own', async () => {
    const held: ((said: Said) => void)[] = [];
    rig.script = (say) => void held.push(say);
    const invoker = rig.invoker({ concurrency: 2 });
    const calls = Array.from({ length: 6 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1, timeoutMs: at < 2 ? 5_000 : 400 }), always));
    await eventually(() => held.length === 2);
    expect(invoker.loads().get('inventory')).toEqual({ inFlight: 2, queued: 4 });
    const heldUntil = performance.now() + 450;
    await eventually(() => performance.now() > heldUntil);
    rig.script = succeed;
    for (const say of held) say({ kind: 'succeeded' });
    const ends = await Promise.all(calls);
    await invoker.close(0);
    expect(ends.map((end) => outcomeIn(end).kind)).toEqual(Array(6).fill('succeeded'));
    const attempts = rig.calls.map((call) => Number(call.headers['webhook-id']?.split('/')[4]));
    expect(attempts.slice(0, 2).sort()).toEqual([1, 2]);
    expect(attempts.slice(2).sort()).toEqual([3, 4, 5, 6]);
  });

  it('is withdrawn when it may not leave any more at its turn', async () => {
    const invoker = rig.invoker({ concurrency: 1 });
    const held: ((said: Said) => void)[] = [];
    rig.script = (say) => void held.push(say);
    const first = invoker.invoke(aCall(), always);
    await eventually(() => held.length === 1);
    let permitted = true;
    const others = Array.from({ length: 30_000 }, (_, at) => invoker.invoke(aCall({ attempt: at + 2 }), () => permitted));
    permitted = false;
    held[0]?.({ kind: 'succeeded' });
    const ends = await Promise.all([first, ...others]);
    await invoker.close(0);
    expect([ends.filter((end) => end.kind === 'withdrawn').length, rig.calls.length]).toEqual([30_000, 1]);
  });

  it('is not held up by another participant', async () => {
    rig.script = () => undefined;
    const invoker = rig.invoker({ concurrency: 1, withPayment: true });
    const stuck = [1, 2].map((attempt) => invoker.invoke(aCall({ attempt }), always));
    const quick = await invoker.invoke(aCall({ endpoint: { contract: 'payment.charge' } }), always);
    await eventually(() => rig.calls.length === 1);
    await invoker.close(0);
    await Promise.all(stuck);
    expect(outcomeIn(quick).kind).toBe('succeeded');
  });

  it('is refused by a queue that is full', async () => {
    rig.script = () => undefined;
    const invoker = rig.invoker({ concurrency: 1, limits: { maxQueued: 2 } });
    const calls = Array.from({ length: 4 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), always));
    const last = await calls[3];
    await eventually(() => rig.calls.length === 1);
    await invoker.close(0);
    await Promise.all(calls);
    expect(last).toMatchObject({ outcome: { kind: 'unknown', code: 'queue_full' } });
  });

  it('may end while the invoker closes, and nothing new leaves', async () => {
    const held: ((said: Said) => void)[] = [];
    rig.script = (say) => void held.push(say);
    const invoker = rig.invoker({ concurrency: 1 });
    const first = invoker.invoke(aCall(), always);
    const waiting = invoker.invoke(aCall({ attempt: 2 }), always);
    await eventually(() => held.length === 1);
    const closed = invoker.close(5_000);
    const late = await invoker.invoke(aCall({ attempt: 3 }), always);
    held[0]?.({ kind: 'succeeded' });
    const ends = await Promise.all([first, waiting]);
    await closed;
    expect([outcomeIn(ends[0]).kind, outcomeIn(ends[1]), outcomeIn(late), rig.calls.length]).toEqual([
      'succeeded',
      expect.objectContaining({ code: 'shutting_down' }),
      expect.objectContaining({ code: 'shutting_down' }),
      1,
    ]);
  });

  it.each([
    ['an unknown participant', { contract: 'warehouse.reserve' }, 'participant_unknown'],
    ['a contract that is a path', { contract: 'inventory./../../admin' }, 'participant_unknown'],
    ['a contract that is a wildcard', { contract: 'inventory.*' }, 'participant_unknown'],
    ['a contract without a participant', { contract: '.reserve' }, 'participant_unknown'],
  ])('goes nowhere for %s', async (_what, endpoint, code) => {
    expect([await callOnce({ endpoint }), rig.calls.length]).toEqual([expect.objectContaining({ kind: 'unknown', code }), 0]);
  });

  it('is not changed by an id that tries to write headers of its own', async () => {
    expect([await callOnce({ branch: 'a\r\nx-admin: 1' }), rig.calls.length]).toEqual([
      expect.objectContaining({ kind: 'unknown', code: 'bad_call' }),
      0,
    ]);
  });

  it('belongs to the participant before the first dot', () => {
    const invoker = rig.invoker();
    const names = [{ contract: 'inventory.reserve.v2' }, { contract: 'solo' }, { urls: {} }].map((endpoint) =>
      invoker.participantOf(endpoint),
    );
    void invoker.close(0);
    expect(names).toEqual(['inventory', 'solo', '-']);
  });
}

describe('a call over HTTP', () => callsOver(startHttpRig));

describeOnNats('a call over NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());
  callsOver(() => startNatsRig(server.url));
});
