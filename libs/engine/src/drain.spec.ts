/** Stopping a node without losing, repeating or abandoning anything. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { initiatorTcc, saga } from '../test/requests.js';
import { World } from '../test/world.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const many = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`);

describe('draining', () => {
  it('lets calls in the air end, leaves everything at rest, and another node goes on at once', async () => {
    const world = aWorld();
    const a = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock', 'charge')));
    const incarnation = a.engine.state().incarnation!;
    const drained = a.engine.drain(10_000);
    await world.clock.advance(1_000);
    expect(a.engine.state()).toMatchObject({ ready: false, reason: 'draining', callsInAir: 1 });
    await expect(a.engine.begin(saga('h', 'stock'))).rejects.toMatchObject({ code: 'draining' });
    world.branches.release('stock', 'action');
    await world.clock.settled(drained, 100);

    expect(world.row('g').owner).toBeNull();
    expect(world.row('g').dueAtMs).toBeLessThanOrEqual(world.clock.databaseMs());
    expect(world.database.nodes.get(incarnation)?.state).toBe('stopped');
    expect(world.branches.sent).toEqual(['g stock action 1']);
    await world.start('b');
    await world.allFinal(['g'], 3_000);
    expect(world.branches.sentBy).toEqual([
      { line: 'g stock action 1', by: 'a' },
      { line: 'g charge action 1', by: 'b' },
    ]);
  });

  it('is seen alive by the others for as long as it takes', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    const drained = a.engine.drain(60_000);
    await world.clock.advance(30_000);
    world.branches.release('stock', 'action');
    await world.clock.settled(drained);
    expect(b.monitor.alarms).toEqual([]);
    expect(world.branches.sent).toEqual(['g stock action 1']);
  });

  it('does not wait for a call that takes longer than it may', async () => {
    const world = aWorld();
    const a = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    const before = world.clock.monotonicMs();
    await world.clock.settled(a.engine.drain(2_000));
    expect(world.clock.monotonicMs() - before).toBeLessThanOrEqual(2_000);
    expect(world.row('g').owner).toBeNull();
    await world.start('b');
    await world.allFinal(['g'], 3_000);
  });

  it('in the middle of much work leaves nothing owned', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const begun = Promise.all(many(200).map((gid) => a.engine.begin(saga(gid, 'stock', 'charge', 'ship'))));
    await world.clock.advance(7);
    await world.clock.settled(a.engine.drain(5_000));
    await begun;
    expect(many(200).filter((gid) => world.row(gid).owner !== null)).toEqual([]);
    expect(a.engine.state()).toMatchObject({ inMemory: 0, reason: 'stopped' });
    await world.start('b');
    await world.allFinal(many(200), 20_000);
    expect(many(200).map((gid) => world.statusOf(gid))).toEqual(many(200).map(() => 'committed'));
  });

  it('answers those who wait with the transaction as it stands', async () => {
    const world = aWorld();
    const a = await world.start('a');
    await world.clock.settled(a.engine.begin(initiatorTcc('g')));
    const waiting = a.engine.wait('g', { until: 'final', timeoutMs: 60_000 });
    await world.clock.advance(100);
    await world.clock.settled(a.engine.drain(1_000));
    expect(await waiting).toMatchObject({ gid: 'g', status: 'active' });
  });

  it('that was cut short leaves the rest to the others at once', async () => {
    const world = aWorld();
    const a = await world.start('a');
    await world.start('b');
    world.branches.otherwise(() => ({ kind: 'held' }));
    await world.clock.settled(Promise.all(many(20).map((gid) => a.engine.begin(saga(gid, 'stock')))));
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    await world.clock.settled(a.engine.drain(0));
    expect(a.monitor.raised('drained_incompletely')).toBe(true);
    await world.allFinal(many(20), 3_000);
  });

  it('ends in time while the store is away', async () => {
    const world = aWorld();
    const a = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    a.store.disconnect();
    await world.clock.settled(a.engine.drain(3_000), 3_100);
    expect(a.monitor.raised('drained_incompletely')).toBe(true);
    await world.start('a');
    await world.allFinal(['g'], 5_000);
  });
});

describe('starting', () => {
  it('waits for a store that is away, says why it is not ready, and comes up by itself', async () => {
    const world = aWorld();
    const a = world.node('a');
    a.store.disconnect();
    const started = a.engine.start();
    await world.clock.advance(10_000);
    expect(a.engine.state()).toMatchObject({ ready: false, reason: 'store_unavailable', incarnation: null });
    await expect(a.engine.begin(saga('g', 'stock'))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(a.monitor.alarms).toEqual(['store_unavailable: the database is away']);
    a.store.reconnect();
    await world.clock.settled(started, 2_000);
    expect(a.engine.state().ready).toBe(true);
    expect((await world.clock.settled(a.engine.begin(saga('g', 'stock')))).kind).toBe('accepted');
  });

  it('can be given up while the store is away', async () => {
    const world = aWorld();
    const a = world.node('a');
    a.store.disconnect();
    const started = a.engine.start();
    await world.clock.advance(1_000);
    await world.clock.settled(a.engine.drain(1_000));
    await world.clock.settled(started, 2_000);
    expect(a.engine.state()).toMatchObject({ ready: false, reason: 'stopped' });
  });
});
