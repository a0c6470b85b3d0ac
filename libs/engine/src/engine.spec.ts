/** The whole path of a transaction through one node. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { initiatorTcc, saga, tcc } from '../test/requests.js';
import { World } from '../test/world.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

describe('a saga', () => {
  it('runs its steps one after the other and ends in two flushes', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');

    const { kind, view } = await world.clock.settled(engine.begin(saga('g', 'stock', 'charge')));
    expect(kind).toBe('accepted');
    expect(view).toMatchObject({ status: 'active', version: 1 });
    const end = await world.clock.settled(engine.wait('g', { until: 'final', timeoutMs: 5_000 }));

    expect(end).toMatchObject({ status: 'committed', version: 2 });
    expect(world.branches.sent).toEqual(['g stock action 1', 'g charge action 1']);
    expect(monitor.flushes.filter((rows) => rows > 0)).toEqual([1, 1]);
    expect(engine.state().inMemory).toBe(0);
    expect(world.row('g')).toMatchObject({ owner: null, dueAtMs: null, progress: '' });
  });

  it('undoes what it did when a step refuses', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('charge', 'action', { kind: 'refuses', code: 'INSUFFICIENT_FUNDS' });

    await world.clock.settled(engine.begin(saga('g', 'stock', 'charge')));
    const end = await world.clock.settled(engine.wait('g', { until: 'final', timeoutMs: 5_000 }));

    expect(end).toMatchObject({ status: 'aborted', decision: { kind: 'abort', reason: { branch: 'charge', code: 'INSUFFICIENT_FUNDS' } } });
    expect(world.branches.effectsOf('g', 'stock')).toEqual({ forward: 'done', end: 'rolled_back' });
    expect(world.database.attempts.get('g')).toMatchObject([{ branch: 'charge', outcome: 'rejected', code: 'INSUFFICIENT_FUNDS' }]);
  });
});

describe('a TCC', () => {
  it('confirms every branch once all tries have succeeded', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'freeze')));
    const decided = await world.clock.settled(engine.wait('g', { until: 'decided', timeoutMs: 5_000 }));
    expect(decided.status).toBe('committing');
    await world.allFinal(['g']);
    expect(world.branches.effectsOf('g', 'stock')).toEqual({ forward: 'done', end: 'committed' });
    expect(world.branches.effectsOf('g', 'freeze')).toEqual({ forward: 'done', end: 'committed' });
  });

  it('driven by its initiator registers, answers with the try, and is confirmed by submit', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    expect(world.row('g').owner).toBeNull();
  });
});
