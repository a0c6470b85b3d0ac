/** Final means that nothing is owed but notifications: they keep a row due, and nobody waiting. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { branch, initiatorTcc } from '../test/requests.js';
import { World } from '../test/world.js';
import type { BeginRequest } from './api.js';

function lra(gid: string): BeginRequest {
  const original = initiatorTcc(gid);
  return { ...original, definition: { ...original.definition, pattern: 'lra' } };
}

describe('an LRA that has ended while a participant cannot be told', () => {
  it('is final at once, stays due until that one has been told, and then is due no more', async () => {
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database),
    );
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(lra('g')));
    await world.clock.settled(engine.register('g', { branch: branch('stock', { run: 'self' }), waitMs: 0 }));
    world.branches.otherwise(({ op }) => (op === 'after' ? { kind: 'lost' } : { kind: 'succeeds' }));
    await world.clock.settled(engine.submit('g', { branches: ['stock'], by: 'local' }));
    const end = await world.clock.settled(engine.wait('g', { until: 'final', timeoutMs: 1_000 }));
    expect(end).toMatchObject({ status: 'committed', finishedAtMs: world.row('g').finishedAtMs });

    await world.clock.until('it rests', () => world.row('g').owner === null);
    expect(world.row('g')).toMatchObject({ status: 'committed', finishedAtMs: end.finishedAtMs });
    expect(world.row('g').dueAtMs).toBeGreaterThan(world.clock.databaseMs());
    expect(engine.state().inMemory).toBe(0);

    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    await world.clock.until('nothing is owed', () => world.row('g').owner === null && world.row('g').dueAtMs === null);
    expect(world.row('g')).toMatchObject({ status: 'committed', finishedAtMs: end.finishedAtMs });
    expect(world.branches.sent.at(-1)).toMatch(/^g stock after /);
  });
});
