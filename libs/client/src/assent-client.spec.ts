import { aBranch, aProblem, aTransaction, ScriptedCoordinator } from '@assent/testing';
import { AssentClient } from './assent-client.js';
import type { Contract } from './contracts.js';
import { AssentRequestError, AssentUnavailableError, BranchRejectedError, BranchUndecidedError } from './errors.js';
import type { Ambient } from './repetition.js';

type Shop = {
  'inventory.reserve': Contract<{ lines: { sku: string; quantity: number }[] }, { reserved: number }>;
  'payment.freeze': Contract<{ account: string; amount: number }>;
};

/** A clock that jumps over every pause and notes it. */
class JumpingClock implements Ambient {
  readonly pauses: number[] = [];
  private now = 0;

  nowMs(): number {
    return this.now;
  }

  random(): number {
    return 0;
  }

  async sleep(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.now += ms;
  }
}

describe('the client', () => {
  let coordinator: ScriptedCoordinator;
  let clock: JumpingClock;
  let assent: AssentClient<Shop>;
  const lines = [{ sku: 'tea', quantity: 2 }];
  const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  beforeEach(async () => {
    coordinator = new ScriptedCoordinator();
    clock = new JumpingClock();
    assent = new AssentClient<Shop>({ baseUrl: await coordinator.start(), ambient: clock, requestTimeoutMs: 300 });
  });

  afterEach(async () => {
    await coordinator.stop();
    await assent.close();
  });

  it('begins a TCC with a gid of its own making and returns the decision that was waited for', async () => {
    coordinator.willAnswer({ status: 200, body: aTransaction('committing') });
    const result = await assent
      .tcc('checkout', { policy: 'flash-sale', key: 'order-77' })
      .branch('inventory.reserve', { lines })
      .branch('payment.freeze', { account: 'a1', amount: 1200 })
      .run({ wait: 'decided', timeoutMs: 2_000 });

    expect(result.status).toBe('committing');
    expect(coordinator.asked).toEqual([
      {
        method: 'POST',
        path: '/v1/transactions',
        body: {
          gid: expect.stringMatching(uuidv7),
          name: 'checkout',
          pattern: 'tcc',
          policy: 'flash-sale',
          key: 'order-77',
          branches: [
            { id: 'inventory.reserve', contract: 'inventory.reserve', payload: { lines } },
            { id: 'payment.freeze', contract: 'payment.freeze', payload: { account: 'a1', amount: 1200 } },
          ],
          wait: 'decided',
          timeoutMs: 2_000,
        },
      },
    ]);
  });

  it('writes a saga with its graph, its pivot and its steps that need no undo', async () => {
    coordinator.willAnswer({ status: 202, body: aTransaction('active') });
    await assent
      .saga('checkout', { gid: 'g1', stepwise: true })
      .step('inventory.reserve', { lines }, { id: 'stock', after: [] })
      .step('payment.freeze', { account: 'a1', amount: 5 }, { after: ['stock'], pivot: true })
      .step('payment.freeze', { account: 'a2', amount: 5 }, { id: 'mail', compensate: 'none' })
      .run();

    expect(coordinator.asked[0]?.body).toEqual({
      gid: 'g1',
      name: 'checkout',
      pattern: 'saga',
      stepwise: true,
      branches: [
        { id: 'stock', contract: 'inventory.reserve', payload: { lines }, after: [] },
        { id: 'payment.freeze', contract: 'payment.freeze', payload: { account: 'a1', amount: 5 }, after: ['stock'], pivot: true },
        { id: 'mail', contract: 'payment.freeze', payload: { account: 'a2', amount: 5 }, compensate: 'none' },
      ],
    });
  });

  it('tells which branch refused and why, and what the others answered', async () => {
    const reason = { branch: 'payment.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' };
    coordinator.willAnswer({
      status: 200,
      body: aTransaction('aborted', {
        decision: { kind: 'abort', at: '2026-11-22T08:00:00.041Z', reason },
        finishedAt: '2026-11-22T08:00:00.100Z',
        branches: [aBranch('inventory.reserve', 'succeeded', { result: { reserved: 2 } }), aBranch('payment.freeze', 'rejected')],
      }),
    });
    const result = await assent.tcc('checkout', { gid: 'g1' }).branch('inventory.reserve', { lines }).run({ wait: 'final' });

    expect(result.rejection).toEqual(reason);
    expect(result.results).toEqual({ 'inventory.reserve': { reserved: 2 } });
    expect(result.decision?.atMs).toBe(Date.parse('2026-11-22T08:00:00.041Z'));
    expect(result.finishedAtMs).toBe(Date.parse('2026-11-22T08:00:00.100Z'));
  });

  it('names no rejection when the deadline aborted it', async () => {
    const decision = { kind: 'abort', at: '2026-11-22T08:00:00.041Z', reason: { code: 'deadline', message: 'too late' } };
    coordinator.willAnswer({ status: 200, body: aTransaction('aborted', { decision }) });
    const result = await assent.tcc('checkout', { gid: 'g1' }).branch('inventory.reserve', { lines }).run({ wait: 'final' });
    expect(result).not.toHaveProperty('rejection');
    expect(result.decision?.reason?.code).toBe('deadline');
  });

  it('waits on after an early answer, and returns the transaction as it stands when the wait runs out', async () => {
    const still = { status: 202, body: aTransaction('active') };
    coordinator.willAnswer(still, still, still, still);
    const result = await assent
      .tcc('checkout', { gid: 'g1' })
      .branch('inventory.reserve', { lines })
      .run({ wait: 'decided', timeoutMs: 250 });
    expect(result.status).toBe('active');
    expect(coordinator.asked.map(({ path }) => path)).toEqual([
      '/v1/transactions',
      '/v1/transactions/g1/wait?until=decided&timeoutMs=150',
      '/v1/transactions/g1/wait?until=decided&timeoutMs=50',
      '/v1/transactions/g1/wait?until=decided&timeoutMs=0',
    ]);
  });

  it('repeats a begin with the same gid when the connection breaks, the outcome is unknown or the coordinator is full', async () => {
    coordinator.willAnswer('reset', aProblem(503, 'outcome_unknown'), aProblem(429, 'overloaded'), {
      status: 202,
      body: aTransaction('active'),
    });
    await assent.tcc('checkout').branch('inventory.reserve', { lines }).run();
    expect(coordinator.asked).toHaveLength(4);
    expect(new Set(coordinator.asked.map(({ body }) => body?.gid)).size).toBe(1);
    expect(clock.pauses).toEqual([50, 100, 200]);
  });

  it('repeats a begin that arrived too slowly to be read', async () => {
    coordinator.willAnswer(aProblem(408, 'request_timeout'), { status: 202, body: aTransaction('active') });
    await assent.tcc('checkout').branch('inventory.reserve', { lines }).run();
    expect(new Set(coordinator.asked.map(({ body }) => body?.gid)).size).toBe(1);
    expect(coordinator.asked).toHaveLength(2);
  });

  it('honours Retry-After', async () => {
    coordinator.willAnswer(
      { status: 503, body: { code: 'draining' }, headers: { 'retry-after': '2' } },
      { status: 202, body: aTransaction('active') },
    );
    await assent.tcc('checkout').branch('inventory.reserve', { lines }).run();
    expect(clock.pauses).toEqual([2_000]);
  });

  it('gives up within its bounds and names the gid to repeat with', async () => {
    coordinator.willAnswer(...Array.from({ length: 20 }, () => aProblem(503, 'store_unavailable')));
    const failure = await assent
      .tcc('checkout', { gid: 'g1' })
      .branch('inventory.reserve', { lines })
      .run()
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AssentUnavailableError);
    expect(failure).toMatchObject({ gid: 'g1', code: 'store_unavailable' });
    expect(coordinator.asked).toHaveLength(8);
    expect(clock.pauses.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(5_000);
  });

  it('does not wait for a coordinator that asks for more patience than there is', async () => {
    coordinator.willAnswer({ status: 429, body: { code: 'overloaded' }, headers: { 'retry-after': '60' } });
    const failure = await assent.begin({ name: 'checkout', pattern: 'tcc', branches: [] }).catch((error) => error);
    expect(failure).toMatchObject({ name: 'AssentUnavailableError', code: 'overloaded', retryAfterMs: 60_000 });
    expect(clock.pauses).toEqual([]);
  });

  it('bounds a coordinator that never answers', async () => {
    coordinator.willAnswer('silence', { status: 202, body: aTransaction('active') });
    const result = await assent.begin({ name: 'checkout', pattern: 'tcc', branches: [] });
    expect(result.status).toBe('active');
    expect(coordinator.asked).toHaveLength(2);
  });

  it('says that the coordinator is away when nobody listens', async () => {
    const away = new AssentClient({ baseUrl: 'http://127.0.0.1:9', ambient: clock });
    const failure = await away.get('g1').catch((error) => error);
    await away.close();
    expect(failure).toMatchObject({ name: 'AssentUnavailableError', gid: 'g1', code: 'connect_failed' });
  });

  it('takes a page of somebody in between for no answer', async () => {
    coordinator.willAnswer({ status: 200, body: { hello: 'from a proxy' } });
    await expect(assent.submit('g1', [])).rejects.toMatchObject({ name: 'AssentUnavailableError', code: 'bad_answer' });
  });

  it('throws a refusal of the coordinator at once, with code, detail and pointer', async () => {
    coordinator.willAnswer(aProblem(422, 'pivot_not_alone', { pointer: '/branches/3' }));
    const failure = await assent
      .saga('checkout', { gid: 'g1' })
      .step('inventory.reserve', { lines })
      .run()
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AssentRequestError);
    expect(failure).toMatchObject({
      gid: 'g1',
      status: 422,
      code: 'pivot_not_alone',
      detail: 'Detail of pivot_not_alone.',
      pointer: '/branches/3',
    });
    expect(coordinator.asked).toHaveLength(1);
  });

  it('shows how a transaction stands for which a command came too late', async () => {
    coordinator.willAnswer(aProblem(409, 'already_aborting', { transaction: aTransaction('aborting') }));
    const failure = await assent.submit('g1', []).catch((error) => error);
    expect(failure).toMatchObject({ code: 'already_aborting', transaction: { gid: 'g1', status: 'aborting' } });
  });

  it('returns null for a gid that the coordinator does not know', async () => {
    coordinator.willAnswer(aProblem(404, 'not_found'), aProblem(404, 'route_not_found'));
    expect(await assent.get('g/1')).toBeNull();
    expect(coordinator.asked[0]?.path).toBe('/v1/transactions/g%2F1');
    await expect(assent.get('g1')).rejects.toMatchObject({ code: 'route_not_found' });
  });

  it('returns what is known when the coordinator goes away while it waits', async () => {
    coordinator.willAnswer({ status: 202, body: aTransaction('active') }, ...Array.from({ length: 8 }, () => 'reset' as const));
    const result = await assent
      .tcc('checkout', { gid: 'g1' })
      .branch('inventory.reserve', { lines })
      .run({ wait: 'final', timeoutMs: 20_000 });
    expect(result.status).toBe('active');
  });

  describe('driving a global transaction', () => {
    const begun = { status: 202, body: aTransaction('active') };

    it('submits the branches whose try succeeded when the work returns', async () => {
      coordinator.willAnswer(
        begun,
        { status: 201, body: { branch: aBranch('inventory.reserve', 'succeeded', { result: { reserved: 2 } }) } },
        { status: 201, body: { branch: aBranch('mine', 'none') } },
        { status: 202, body: aTransaction('committing') },
        { status: 200, body: aTransaction('committed') },
      );
      const { value, transaction } = await assent.globalTransaction(
        'checkout',
        async (tx) => {
          const { reserved } = await tx.try('inventory.reserve', { lines });
          await tx.register('payment.freeze', { account: 'a1', amount: 5 }, { id: 'mine' });
          return reserved;
        },
        { gid: 'g1', wait: 'final', timeoutMs: 1_000 },
      );
      expect(value).toBe(2);
      expect(transaction.status).toBe('committed');
      expect(coordinator.asked.map(({ path }) => path)).toEqual([
        '/v1/transactions',
        '/v1/transactions/g1/branches',
        '/v1/transactions/g1/branches',
        '/v1/transactions/g1/submit',
        '/v1/transactions/g1/wait?until=final&timeoutMs=900',
      ]);
      expect(coordinator.asked[0]?.body).toMatchObject({ pattern: 'tcc', driver: 'initiator', branches: [] });
      expect(coordinator.asked[1]?.body).toMatchObject({ id: 'inventory.reserve', run: 'coordinator', payload: { lines } });
      expect(coordinator.asked[2]?.body).toEqual({
        id: 'mine',
        contract: 'payment.freeze',
        payload: { account: 'a1', amount: 5 },
        run: 'self',
      });
      expect(coordinator.asked[3]?.body).toEqual({ branches: ['inventory.reserve', 'mine'], wait: 'final', timeoutMs: 1_000 });
    });

    it('aborts when a try is refused, and throws the refusal on', async () => {
      const problem = { code: 'OUT_OF_STOCK', message: 'tea is sold out' };
      coordinator.willAnswer(
        begun,
        { status: 201, body: { branch: aBranch('inventory.reserve', 'rejected', { problem }) } },
        { status: 200, body: aTransaction('aborting') },
      );
      const failure = await assent.globalTransaction('checkout', (tx) => tx.try('inventory.reserve', { lines })).catch((error) => error);
      expect(failure).toBeInstanceOf(BranchRejectedError);
      expect(failure).toMatchObject({ branch: 'inventory.reserve', code: 'OUT_OF_STOCK', message: 'tea is sold out' });
      expect(coordinator.asked[2]).toMatchObject({ path: '/v1/transactions/g1/abort', body: { reason: 'tea is sold out' } });
    });

    it('asks again for a try that is still running, and aborts when its time is used up', async () => {
      const running = { status: 202, body: { branch: aBranch('inventory.reserve', 'in_flight') } };
      coordinator.willAnswer(begun, running, running, { status: 200, body: aTransaction('aborting') });
      const failure = await assent
        .globalTransaction('checkout', (tx) => tx.try('inventory.reserve', { lines }, { timeoutMs: 100 }))
        .catch((error) => error);
      expect(failure).toBeInstanceOf(BranchUndecidedError);
      expect(coordinator.asked.map(({ path }) => path.split('/').at(-1))).toEqual(['transactions', 'branches', 'branches', 'abort']);
    });

    it('keeps a reason readable that the coordinator would not take as it is', async () => {
      coordinator.willAnswer(begun, { status: 200, body: aTransaction('aborting') });
      const odd = new Error(`\u0000\ud800${'x'.repeat(300)}`);
      await expect(assent.globalTransaction('checkout', () => Promise.reject(odd))).rejects.toBe(odd);
      expect(coordinator.asked[1]?.body).toEqual({ reason: `  ${'x'.repeat(198)}` });
    });

    it('throws the error of the work even when the abort cannot be delivered', async () => {
      coordinator.willAnswer(begun, ...Array.from({ length: 8 }, () => 'reset' as const));
      const broken = new Error('my own bug');
      await expect(assent.globalTransaction('checkout', () => Promise.reject(broken))).rejects.toBe(broken);
    });

    it('leaves a submit whose outcome is unknown to the coordinator instead of aborting against it', async () => {
      coordinator.willAnswer(begun, ...Array.from({ length: 8 }, () => aProblem(503, 'outcome_unknown')));
      await expect(assent.globalTransaction('checkout', async () => 1)).rejects.toBeInstanceOf(AssentUnavailableError);
      expect(coordinator.asked.filter(({ path }) => path.endsWith('/abort'))).toEqual([]);
    });

    it('aborts when the coordinator refuses the submit', async () => {
      coordinator.willAnswer(begun, aProblem(409, 'branches_differ'), { status: 200, body: aTransaction('aborting') });
      await expect(assent.globalTransaction('checkout', async () => 1)).rejects.toMatchObject({ code: 'branches_differ' });
      expect(coordinator.asked.at(-1)?.path).toBe('/v1/transactions/g1/abort');
    });
  });
});
