/** What the rest of the company is told: one event for each durable version that changed the status or the parking. */
import type { TransactionEvent } from '@assent/protocol';
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { initiatorTcc, saga, tcc, under } from '../test/requests.js';
import { World } from '../test/world.js';

type MemoryWorld = World<MemoryDatabase, MemoryTransactionStore>;

function aWorld(): { world: MemoryWorld; announcements: () => number } {
  const world = new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );
  let announced = 0;
  world.announcer = {
    announced: () => {
      announced += 1;
    },
  };
  return { world, announcements: () => announced };
}

function eventsOf({ database }: MemoryWorld, gid: string): readonly TransactionEvent[] {
  const rows = [...database.events.values()].filter((row) => row.gid === gid).toSorted((a, b) => a.version - b.version);
  return rows.map(({ body }) => JSON.parse(body) as TransactionEvent);
}

/** `version: from > to` of the changes of status, and the other changes by name. */
function story(events: readonly TransactionEvent[]): readonly string[] {
  return events.map(({ version, changes }) => {
    const told = changes.map((change) => {
      if (change.what === 'status') return `${change.from ?? 'nothing'} > ${change.to}`;
      return 'branch' in change ? `${change.what} ${change.branch}` : change.what;
    });
    return `${version}: ${told.join(', ')}`;
  });
}

describe('the events of a transaction', () => {
  it('tell of its beginning and of its end, in the flushes of those', async () => {
    const { world, announcements } = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(saga('g', 'stock', 'pay')));
    await world.allFinal(['g']);
    expect(story(eventsOf(world, 'g'))).toEqual(['1: nothing > active', '2: active > committed']);
    expect(eventsOf(world, 'g')[1]).toMatchObject({ gid: 'g', name: 'checkout', pattern: 'saga', status: 'committed', mixed: false });
    expect(announcements()).toBe(2);
  });

  it('tell why it was aborted, and that its rollback is still owed', async () => {
    const { world } = aWorld();
    world.branches.script('pay', 'try', { kind: 'refuses', code: 'INSUFFICIENT_FUNDS' });
    world.branches.script('stock', 'cancel', { kind: 'lost' });
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'pay')));
    await world.allFinal(['g']);
    const events = eventsOf(world, 'g');
    expect(story(events)[1]).toBe('2: active > aborting');
    expect(story(events).at(-1)).toMatch(/^\d+: aborting > aborted$/);
    expect(events[1]?.decision).toMatchObject({ kind: 'abort', reason: { branch: 'pay', code: 'INSUFFICIENT_FUNDS' } });
  });

  it('tell of a branch that only a person can move, and of the end of that', async () => {
    const { world } = aWorld();
    const { engine } = await world.start('a');
    const policy = { ...world.database.policies[0]!, name: 'brief', forwardAttempts: 2, onExhausted: 'park' as const, deadlineMs: null };
    world.database.policies.push(policy);
    world.branches.script('stock', 'action', { kind: 'lost' }, { kind: 'lost' });
    await world.clock.settled(engine.begin(under('brief', saga('g', 'stock'))));
    await world.clock.until('parked at rest', () => world.row('g').version > 1 && world.row('g').owner === null);
    await world.clock.settled(engine.abort('g', { code: 'aborted_by_request', message: 'enough', by: 'local' }));
    await world.allFinal(['g']);
    const events = eventsOf(world, 'g');
    expect(story(events)).toContainEqual(expect.stringMatching(/^\d: parked stock$/));
    expect(story(events)).toContainEqual(expect.stringMatching(/^\d: active > abort\w+, unparked stock$/));
    const parked = events.find((event) => event.parked.length > 0);
    expect(parked).toMatchObject({
      status: 'active',
      parked: [{ branch: 'stock', participant: 'stock.work', code: 'attempts_exhausted' }],
    });
  });

  it('leave out versions in which only its owner or its progress changed', async () => {
    const { world } = aWorld();
    const first = await world.start('a');
    await world.clock.settled(first.engine.begin(initiatorTcc('g')));
    await world.clock.settled(first.engine.abort('g', { code: 'aborted_by_request', message: 'enough', by: 'local' }));
    await world.allFinal(['g']);
    world.branches.script('pay', 'action', { kind: 'held' });
    await world.clock.settled(first.engine.begin(saga('h', 'stock', 'pay')));
    await world.clock.until('progress is durable', () => world.row('h').version === 2);
    world.crash(first);
    const second = await world.start('b');
    await world.allFinal(['h']);
    expect(story(eventsOf(world, 'g')).map((line) => line.slice(3))).toContain('nothing > active');
    expect(story(eventsOf(world, 'h'))).toEqual(['1: nothing > active', expect.stringMatching(/^[4-9]: active > committed$/)]);
    expect(second.monitor.alarms).not.toContainEqual(expect.stringMatching(/^protocol_bug/));
  });

  it('are not written when nobody publishes them', async () => {
    const { world } = aWorld();
    world.announcer = null;
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g']);
    expect(eventsOf(world, 'g')).toEqual([]);
  });
});
