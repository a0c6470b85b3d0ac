/** How often a transaction waits for the disk on the way of a success (DESIGN 11): its version counts durable images, and each was one wait. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { branch, initiatorTcc, saga, tcc } from '../test/requests.js';
import { World } from '../test/world.js';
import type { BeginRequest } from './api.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

function withPivot(pivot: string, original: BeginRequest): BeginRequest {
  const branches = original.definition.branches.map((step) => ({ ...step, pivot: step.id === pivot }));
  return { ...original, definition: { ...original.definition, branches } };
}

function stepwise(original: BeginRequest): BeginRequest {
  return { ...original, definition: { ...original.definition, stepwise: true } };
}

describe('on the way of a success', () => {
  it.each<[string, number, BeginRequest]>([
    ['a saga waits twice, however many steps it has', 2, saga('g', 'stock', 'payment', 'parcel', 'mail')],
    ['a saga with a pivot in the middle waits four times', 4, withPivot('payment', saga('g', 'stock', 'payment', 'parcel'))],
    ['a saga with a pivot at its end waits three times', 3, withPivot('payment', saga('g', 'stock', 'payment'))],
    ['a stepwise saga waits once more for every step behind the first', 4, stepwise(saga('g', 'stock', 'payment', 'parcel'))],
    ['a TCC waits twice until it is decided, and once more until it is final', 3, tcc('g', 'stock', 'payment')],
  ])('%s', async (_sentence, waits, request) => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(request));
    await world.allFinal(['g'], 900);
    expect(world.row('g')).toMatchObject({ version: waits, status: 'committed', progress: '', owner: null, dueAtMs: null });
  });

  it('a TCC of an initiator waits for its begin, for every registration, for the submit and for the end', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    for (const id of ['stock', 'payment']) await world.clock.settled(engine.register('g', { branch: branch(id), waitMs: 500 }));
    await world.clock.settled(engine.submit('g', { branches: ['stock', 'payment'], by: 'local' }));
    await world.allFinal(['g'], 900);
    expect(world.row('g').version).toBe(5);
  });
});
