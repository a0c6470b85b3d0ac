/** What is true at the moment a failpoint is passed: the promise of `docs/failpoints.md`. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { NotingFailpoints } from '../test/noting-failpoints.js';
import { saga, tcc } from '../test/requests.js';
import { World } from '../test/world.js';
import type { FailpointName } from './ports/failpoints.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

/** What the store and the branches know of transaction g each time the failpoint is passed. */
async function seenAt(name: FailpointName, script: (world: ReturnType<typeof aWorld>) => void = () => undefined) {
  const world = aWorld();
  const failpoints = new NotingFailpoints(name, () => ({ status: world.statusOf('g'), sent: world.branches.sent.length }));
  const { engine } = await world.start('a', {}, failpoints);
  script(world);
  // The first beat is over.
  await world.clock.advance(100);
  failpoints.notes.length = 0;
  await world.clock.settled(engine.begin(saga('g', 'stock', 'charge')));
  await world.allFinal(['g']);
  return failpoints.notes;
}

describe('a failpoint', () => {
  it('engine.before-flush is passed when nothing of the flush is in the store', async () => {
    const notes = await seenAt('engine.before-flush');
    expect(notes[0]).toEqual({ status: 'absent', sent: 0 });
    expect(notes.at(-1)).toEqual({ status: 'active', sent: 2 });
  });

  it('writer.after-commit is passed when the flush is in the store, and nobody has acted on it', async () => {
    const notes = await seenAt('writer.after-commit');
    expect(notes[0]).toEqual({ status: 'active', sent: 0 });
    expect(notes.at(-1)).toEqual({ status: 'committed', sent: 2 });
  });

  it('driver.after-persist is passed once for each transaction, accepted and not sent', async () => {
    expect(await seenAt('driver.after-persist')).toEqual([{ status: 'active', sent: 0 }]);
  });

  it('driver.before-call is passed for each call, before it leaves', async () => {
    expect(await seenAt('driver.before-call')).toEqual([
      { status: 'active', sent: 0 },
      { status: 'active', sent: 1 },
    ]);
  });

  it('driver.after-call is passed when a branch has answered and the next has not been called', async () => {
    expect(await seenAt('driver.after-call')).toEqual([
      { status: 'active', sent: 1 },
      { status: 'active', sent: 2 },
    ]);
  });

  it('driver.before-decision-flush is passed when the decision is in no durable image, and nothing has left under it', async () => {
    expect(await seenAt('driver.before-decision-flush')).toEqual([{ status: 'active', sent: 2 }]);
    const aborted = await seenAt('driver.before-decision-flush', ({ branches }) =>
      branches.script('charge', 'action', { kind: 'refuses', code: 'NO_MONEY' }),
    );
    expect(aborted).toEqual([{ status: 'active', sent: 2 }]);
  });

  it('ownership.after-declare is passed when the dead node still owns what it owned, ownership.between-chunks when some of it has moved', async () => {
    const world = aWorld();
    const gids = Array.from({ length: 20 }, (_, index) => `g${index}`);
    world.branches.script('stock', 'action', ...gids.map(() => ({ kind: 'held' }) as const));
    const a = await world.start('a');
    await world.clock.settled(Promise.all(gids.map((gid) => a.engine.begin(tcc(gid, 'stock')))));
    const dead = a.engine.state().incarnation;
    world.crash(a);
    const left = () => gids.filter((gid) => world.row(gid).owner === dead).length;
    const declared = new NotingFailpoints('ownership.after-declare', left);
    const between = new NotingFailpoints('ownership.between-chunks', left);
    const hit = (name: FailpointName) => {
      declared.hit(name);
      between.hit(name);
    };
    await world.start('b', { firstChunk: 8, largestChunk: 8 }, { hit, isArmed: () => false });
    await world.allFinal(gids, 60_000);
    expect(declared.notes).toEqual([20]);
    expect(between.notes.slice(0, 2)).toEqual([12, 4]);
  });

  it('drain.before-rest is passed when the node has stopped sending and still owns everything', async () => {
    const world = aWorld();
    const failpoints = new NotingFailpoints('drain.before-rest', () => world.row('g').owner);
    const { engine } = await world.start('a', {}, failpoints);
    world.branches.script('stock', 'action', { kind: 'lost' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    const { incarnation } = engine.state();
    await world.clock.settled(engine.drain(1_000));
    expect(failpoints.notes).toEqual([incarnation]);
    expect(world.row('g').owner).toBeNull();
  });
});
