/** Waiters and backpressure: every queue has an end, and whoever meets it is told (invariant B). */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { initiatorTcc, saga, tcc, under } from '../test/requests.js';
import { World } from '../test/world.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const many = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`);

describe('waiting', () => {
  it('for a decision is answered when the decision is durable, for the end when the end is', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'confirm', { kind: 'held' });
    await world.clock.settled(engine.begin(tcc('g', 'stock')));
    const final = engine.wait('g', { until: 'final', timeoutMs: 60_000 });
    const decided = await world.clock.settled(engine.wait('g', { until: 'decided', timeoutMs: 60_000 }));
    expect(decided.status).toBe('committing');
    expect(world.statusOf('g')).toBe('committing');
    world.branches.release('stock', 'confirm');
    expect(await world.clock.settled(final)).toMatchObject({ status: 'committed', finishedAtMs: world.row('g').finishedAtMs });
    expect(engine.state().waiters).toBe(0);
  });

  it('is answered with the transaction as it stands when time runs out', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    const before = world.clock.monotonicMs();
    const view = await world.clock.settled(engine.wait('g', { until: 'decided', timeoutMs: 700 }));
    expect(view.status).toBe('active');
    expect(world.clock.monotonicMs() - before).toBe(700);
    expect(engine.state().waiters).toBe(0);
  });

  it('at a node that does not drive the transaction looks at the store', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    const waiting = b.engine.wait('g', { until: 'final', timeoutMs: 60_000 });
    await world.clock.advance(1_000);
    world.branches.release('stock', 'action');
    await world.allFinal(['g']);
    const before = world.clock.monotonicMs();
    expect(await world.clock.settled(waiting)).toMatchObject({ status: 'committed' });
    expect(world.clock.monotonicMs() - before).toBeLessThanOrEqual(60);
  });

  it('looks in turns when more transactions are waited for than one look holds', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    world.branches.otherwise(() => ({ kind: 'held' }));
    await world.clock.settled(Promise.all(many(700).map((gid) => a.engine.begin(saga(gid, 'stock')))));
    const waiting = Promise.all(many(700).map((gid) => b.engine.wait(gid, { until: 'final', timeoutMs: 60_000 })));
    await world.clock.advance(200);
    for (let index = 0; index < 150; index += 1) world.branches.releaseNewest('stock', 'action');
    await world.clock.advance(200);
    expect(b.engine.state().waiters).toBe(550);
    for (let index = 0; index < 550; index += 1) world.branches.releaseNewest('stock', 'action');
    expect(await world.clock.settled(waiting)).toHaveLength(700);
  });

  it('outlives the incarnation that drove the transaction', async () => {
    const world = aWorld();
    const a = await world.start('a');
    await world.start('b');
    world.branches.otherwise(({ op }) => (op === 'try' ? { kind: 'held' } : { kind: 'succeeds' }));
    await world.clock.settled(a.engine.begin(tcc('g', 'stock')));
    const waiting = a.engine.wait('g', { until: 'final', timeoutMs: 60_000 });
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    a.store.disconnect();
    await world.allFinal(['g']);
    a.store.reconnect();
    expect(await world.clock.settled(waiting)).toMatchObject({ status: 'committed' });
  });

  it('is refused beyond its limit, and the transaction goes on all the same', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { maxWaiters: 2 });
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    const waiting = [1, 2].map(() => engine.wait('g', { until: 'final', timeoutMs: 60_000 }));
    await world.clock.rest();
    await expect(world.clock.settled(engine.wait('g', { until: 'final', timeoutMs: 60_000 }))).rejects.toMatchObject({
      code: 'too_many_waiters',
    });
    world.branches.release('stock', 'action');
    await world.clock.settled(Promise.all(waiting));
  });
});

describe('backpressure', () => {
  it('refuses begins beyond what memory may hold, says when to come again, and takes them then', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { maxInMemory: 10 });
    world.branches.otherwise(({ gid }) => (gid === 'g0' ? { kind: 'held' } : { kind: 'succeeds' }));
    const answers = await world.clock.settled(Promise.allSettled(many(15).map((gid) => engine.begin(saga(gid, 'stock')))));
    const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ code: 'overloaded', retryAfterMs: 1_000 });
    await world.clock.advance(100);
    expect((await world.clock.settled(engine.begin(saga('g14', 'stock')))).kind).toBe('accepted');
  });

  it('refuses begins beyond what the queue may hold', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a', { maxQueueRows: 5 });
    store.disconnect();
    await world.clock.rest();
    const answers = Promise.allSettled(many(20).map((gid) => engine.begin(saga(gid, 'stock'))));
    await world.clock.advance(100);
    store.reconnect();
    const codes = (await world.clock.settled(answers)).map((answer) =>
      answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code,
    );
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(5);
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(15);
  });

  it('refuses what is asked beyond the number that may wait for an answer', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a', { maxAsking: 3 });
    store.disconnect();
    const answers = Promise.allSettled(many(5).map(() => engine.begin(saga('g', 'stock'))));
    await world.clock.advance(100);
    store.reconnect();
    const codes = (await world.clock.settled(answers)).map((answer) =>
      answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code,
    );
    expect(codes).toEqual(['accepted', 'repeated', 'repeated', 'overloaded', 'overloaded']);
    expect((await world.clock.settled(engine.begin(saga('g', 'stock')))).kind).toBe('repeated');
  });

  it('takes over no more of a dead node than there is room for', async () => {
    const world = aWorld();
    const first = await world.start('a');
    world.branches.otherwise(() => ({ kind: 'held' }));
    await world.clock.settled(Promise.all(many(30).map((gid) => first.engine.begin(saga(gid, 'stock')))));
    world.crash(first);
    const second = await world.start('a', { maxInMemory: 8, participantShare: 1 });
    await world.clock.advance(5_000);
    expect(second.engine.state().inMemory).toBe(8);
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    for (let released = 0; released < 8; released += 1) world.branches.releaseNewest('stock', 'action');
    await world.allFinal(many(30), 20_000);
  });

  it('keeps no more failed attempts of a transaction than the next flush should carry', async () => {
    const world = aWorld();
    world.database.policies.push({ ...world.database.policies[0]!, name: 'hasty', firstIntervalMs: 1, capMs: 1, forwardAttempts: 1_000 });
    const { engine, store, monitor } = await world.start('a', { leaseMs: 600_000 });
    world.branches.script('stock', 'action', ...many(300).map(() => ({ kind: 'impossible' as const })));
    await world.clock.settled(engine.begin(under('hasty', saga('g', 'stock'))));
    store.disconnect();
    await world.clock.advance(5_000);
    expect(monitor.marks.filter((mark) => mark === 'attempt_row_dropped')).toHaveLength(100);
    store.reconnect();
    await world.allFinal(['g']);
    expect(world.database.attempts.get('g')).toHaveLength(200);
  });
});
