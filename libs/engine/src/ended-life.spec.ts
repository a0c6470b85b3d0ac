/** Whoever asked while an incarnation ended gets an answer, whatever was being read for them at that moment. */
import { MemoryDatabase, MemoryParticipantControlStore, MemoryTransactionStore, type Pace } from '@assent/store';
import { initiatorTcc, saga } from '../test/requests.js';
import { World } from '../test/world.js';

/** A database whose reads of one kind are answered when the test says so. */
function aSlowWorld(slow: Parameters<Pace>[0]) {
  const waiting: Array<() => void> = [];
  let isSlow = false;
  const pace: Pace = async (operation) => {
    if (isSlow && operation === slow) await new Promise<void>((go) => waiting.push(go));
  };
  const world = new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database, pace),
  );
  return {
    world,
    slowDown: () => {
      isSlow = true;
    },
    answer: () => {
      isSlow = false;
      for (const go of waiting.splice(0)) go();
    },
  };
}

describe('an incarnation that ends while something is read', () => {
  it('answers a command whose transaction arrives too late, and its successor takes the repeat', async () => {
    const { world, slowDown, answer } = aSlowWorld('read');
    const { engine, monitor } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    slowDown();
    const aborting = engine.abort('g', { code: 'changed_mind', message: 'no', by: 'local' });
    await world.clock.rest();
    for (const node of world.database.nodes.values()) world.database.nodes.set(node.incarnation, { ...node, state: 'dead' });
    await world.clock.until('a new incarnation', () => monitor.raised('node_dead') && engine.state().ready);
    answer();
    await expect(world.clock.settled(aborting, 1_000)).rejects.toMatchObject({ code: 'store_unavailable' });
    const repeated = await world.clock.settled(engine.abort('g', { code: 'changed_mind', message: 'no', by: 'local' }));
    expect(repeated.view.status).toBe('aborted');
  });

  it('answers a begin whose policy arrives too late, and nothing of it is stored', async () => {
    const { world, slowDown, answer } = aSlowWorld('readPolicies');
    const { engine } = await world.start('a');
    world.database.policies.push({ ...world.database.policies[0]!, version: 2 });
    slowDown();
    const request = saga('g', 'stock');
    const beginning = engine.begin({ ...request, definition: { ...request.definition, policy: { name: 'standard', version: 2 } } });
    await world.clock.rest();
    await world.clock.settled(engine.drain(1_000));
    answer();
    await expect(world.clock.settled(beginning, 1_000)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(world.statusOf('g')).toBe('absent');
  });

  it('keeps a pause in its successor that had read the orders before the pause was kept', async () => {
    const { world } = aSlowWorld('read');
    const store = new MemoryParticipantControlStore(world.database);
    let keep!: () => void;
    const isAsked = new Promise<void>((go) => {
      keep = go;
    });
    world.participants = {
      readControls: () => store.readControls(),
      countWaiting: () => store.countWaiting(),
      order: (order) => isAsked.then(() => store.order(order)),
    };
    const { engine, monitor } = await world.start('a');
    const pausing = engine.orderParticipant({ kind: 'pause', participant: 'stock', by: 'ann', reason: 'stocktaking' });
    for (const node of world.database.nodes.values()) world.database.nodes.set(node.incarnation, { ...node, state: 'dead' });
    await world.clock.until('a new incarnation', () => monitor.raised('node_dead') && engine.state().ready);
    keep();
    await pausing;
    expect(engine.participants().states).toMatchObject([{ participant: 'stock', pause: { by: 'ann' } }]);
  });
});
