/** A participant that does not answer is left alone: nothing is sent to it, nothing is used up, and nobody else is slowed down. */
import { MemoryDatabase, MemoryParticipantControlStore, MemoryTransactionStore } from '@assent/store';
import { saga, tcc, under } from '../../test/requests.js';
import { World } from '../../test/world.js';

function aWorld() {
  const world = new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );
  const policy = { ...world.database.policies[0]!, jitter: 0, deadlineMs: null };
  world.database.policies.push({ ...policy, name: 'endless' });
  world.database.policies.push({ ...policy, name: 'one-attempt', forwardAttempts: 1, onExhausted: 'park' });
  world.database.policies.push({ ...policy, name: 'slow', firstIntervalMs: 60_000, capMs: 60_000 });
  world.participants = new MemoryParticipantControlStore(world.database);
  return world;
}

const many = (count: number, prefix = 'g') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const order = { participant: 'stock.work', by: 'ada', reason: 'the disk is being changed' };

/** The participant of `stock` is away until `return` is called. */
function stockIsAway(world: ReturnType<typeof aWorld>): { readonly returns: () => void } {
  let isAway = true;
  world.branches.otherwise((call) => (isAway && call.branch === 'stock' ? { kind: 'lost' } : { kind: 'succeeds' }));
  return {
    returns: () => {
      isAway = false;
    },
  };
}

const callsTo = (world: ReturnType<typeof aWorld>, name: string) => world.branches.sent.filter((line) => line.includes(` ${name} `));

describe('a participant that has failed three times in a row', () => {
  it('is called no more, but for one probe at a time, and no attempt is used up meanwhile', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    const stock = stockIsAway(world);
    await world.clock.settled(Promise.all(many(3).map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.advance(3_100);
    expect(callsTo(world, 'stock')).toHaveLength(3);
    expect(engine.participantStates()).toMatchObject([{ participant: 'stock.work', breaker: { state: 'open', openedTotal: 1 } }]);
    expect(monitor.alarms).toEqual(['breaker_open: stock.work: timeout']);
    await world.clock.settled(Promise.all(many(50, 'h').map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.advance(60_000);
    // A probe takes its timeout of 3 s, and the breaker is open for 0.25, 0.5, 1, 2, 4 and then 5 s.
    expect(callsTo(world, 'stock').length).toBeLessThanOrEqual(3 + 10);
    const attempts = await Promise.all(many(50, 'h').map((gid) => world.clock.settled(engine.get(gid))));
    expect(attempts.filter((view) => view.branches[0]?.forward?.attempts === 0).length).toBeGreaterThan(40);
    stock.returns();
    await world.allFinal([...many(3), ...many(50, 'h')], 20_000);
    expect(engine.participantStates()[0]!.breaker).toMatchObject({ state: 'closed', openedTotal: 1 });
  });

  it('does not slow transactions that do not need it', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    stockIsAway(world);
    await world.clock.settled(Promise.all(many(200).map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.advance(10_000);
    await world.clock.settled(Promise.all(many(20, 'other').map((gid) => engine.begin(saga(gid, 'mail')))));
    await world.allFinal(many(20, 'other'), 500);
  });

  it('gets what waited for it little by little when it is back', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    let isAway = true;
    world.branches.otherwise(() => (isAway ? { kind: 'lost' } : { kind: 'held' }));
    await world.clock.settled(Promise.all(many(100).map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.until('open', () => engine.participantStates()[0]!.breaker.state === 'open');
    isAway = false;
    const before = callsTo(world, 'stock').length;
    await world.clock.advance(5_000);
    expect(callsTo(world, 'stock').length - before).toBe(1);
    world.branches.release('stock', 'action');
    await world.clock.advance(100);
    expect(callsTo(world, 'stock').length - before).toBe(3);
    isAway = true;
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    world.branches.release('stock', 'action');
    world.branches.release('stock', 'action');
    await world.allFinal(many(100), 20_000);
  });

  it('is left alone for as long as it asked to be', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script(
      'stock',
      'action',
      { kind: 'busy', retryAfterMs: 100 },
      { kind: 'busy', retryAfterMs: 100 },
      { kind: 'busy', retryAfterMs: 4_000 },
    );
    await world.clock.settled(Promise.all(many(3).map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.advance(3_900);
    expect(callsTo(world, 'stock')).toHaveLength(3);
    await world.allFinal(many(3), 5_000);
  });

  it('is known to be needed by nobody while nobody calls it, and the next call is the probe', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    const stock = stockIsAway(world);
    await world.clock.settled(Promise.all(many(3).map((gid) => engine.begin(under('one-attempt', saga(gid, 'stock'))))));
    const breaker = () => engine.participantStates()[0]!.breaker;
    await world.clock.until('open', () => breaker().state === 'open');
    expect(breaker().idleMs).toBe(0);
    await world.clock.advance(60_000);
    expect(breaker()).toMatchObject({ state: 'half_open', idleMs: expect.closeTo(60_000, -3) as unknown });
    await world.clock.settled(engine.begin(under('one-attempt', saga('again', 'stock'))));
    await world.clock.advance(1_000);
    expect(breaker()).toMatchObject({ state: 'half_open', idleMs: 0 });
    await world.clock.advance(10_000);
    stock.returns();
    await world.clock.settled(engine.begin(under('one-attempt', saga('at-last', 'stock'))));
    await world.allFinal(['at-last'], 1_000);
    expect(breaker()).toMatchObject({ state: 'closed', idleMs: 0 });
  });

  it('is called again at once when an operator closes its breaker, at every node', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    const stock = stockIsAway(world);
    for (const [index, node] of [a, b].entries()) {
      await world.clock.settled(Promise.all(many(3, `n${index}-`).map((gid) => node.engine.begin(under('endless', saga(gid, 'stock'))))));
    }
    await world.clock.advance(20_000);
    const isOpen = (node: typeof a) => node.engine.participantStates()[0]!.breaker.state !== 'closed';
    expect([a, b].map(isOpen)).toEqual([true, true]);
    stock.returns();
    await world.clock.settled(a.engine.orderParticipant({ ...order, kind: 'reset' }));
    expect(isOpen(a)).toBe(false);
    await world.clock.advance(1_100);
    expect(isOpen(b)).toBe(false);
    await world.allFinal([...many(3, 'n0-'), ...many(3, 'n1-')], 5_000);
  });

  it('keeps nothing but a few transactions in memory while it is away for long', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { restAfterMs: 2_000 });
    const stock = stockIsAway(world);
    await world.clock.settled(Promise.all(many(100).map((gid) => engine.begin(under('endless', saga(gid, 'stock'))))));
    await world.clock.until('at rest', () => engine.state().inMemory <= 1, 30_000);
    const rows = [...world.database.attention.values()].flat();
    expect(rows.filter(({ kind }) => kind === 'waiting').length).toBeGreaterThan(90);
    expect(rows.find(({ kind }) => kind === 'waiting')).toMatchObject({ branch: 'stock', code: 'breaker_open', participant: 'stock.work' });
    stock.returns();
    await world.allFinal(many(100), 20_000);
    expect([...world.database.attention.values()].flat()).toEqual([]);
  });

  it('does not hold up the rollback of the other branches', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    stockIsAway(world);
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'money')));
    await world.clock.until('aborted by its deadline', () => world.statusOf('g') === 'aborting', 40_000);
    await world.clock.until('money is free', () => world.branches.effectsOf('g', 'money').end === 'rolled_back', 1_000);
  });
});

describe('a participant that an operator has paused', () => {
  it('is sent nothing, at any node, until it is resumed', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(a.engine.orderParticipant({ ...order, kind: 'pause' }));
    await world.clock.advance(1_100);
    for (const [index, node] of [a, b].entries()) {
      await world.clock.settled(Promise.all(many(5, `n${index}-`).map((gid) => node.engine.begin(under('endless', saga(gid, 'stock'))))));
    }
    await world.clock.advance(60_000);
    expect(world.branches.sent).toEqual([]);
    expect(a.engine.participantStates()[0]!.pause).toMatchObject({ by: 'ada', reason: 'the disk is being changed' });
    await world.clock.settled(b.engine.orderParticipant({ ...order, kind: 'resume' }));
    await world.allFinal([...many(5, 'n0-'), ...many(5, 'n1-')], 10_000);
    expect(world.branches.sent).toHaveLength(10);
  });

  it('is sent nothing by a node that starts later either', async () => {
    const world = aWorld();
    const a = await world.start('a');
    await world.clock.settled(a.engine.orderParticipant({ ...order, kind: 'pause' }));
    await world.clock.settled(a.engine.begin(under('endless', saga('g', 'stock'))));
    world.crash(a);
    const b = await world.start('a');
    await world.clock.advance(20_000);
    expect(world.branches.sent).toEqual([]);
    await world.clock.settled(b.engine.orderParticipant({ ...order, kind: 'resume' }));
    await world.allFinal(['g'], 10_000);
  });

  it('is sent nothing by a node that starts even if the orders cannot be read a second time', async () => {
    const world = aWorld();
    const orders = world.participants!;
    await orders.order({ ...order, kind: 'pause', atMs: 0 });
    let reads = 0;
    world.participants = {
      order: (one) => orders.order(one),
      countWaiting: () => orders.countWaiting(),
      readControls: () => {
        reads += 1;
        return reads === 1 ? orders.readControls() : new Promise(() => undefined);
      },
    };
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(under('endless', saga('g', 'stock'))));
    await world.clock.advance(20_000);
    expect(world.branches.sent).toEqual([]);
  });

  it('lets the deadline of what waits for it decide', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.orderParticipant({ ...order, kind: 'pause' }));
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'money')));
    await world.clock.until('decided', () => world.statusOf('g') === 'aborting', 31_000);
    expect(callsTo(world, 'stock')).toEqual([]);
    await world.clock.settled(engine.orderParticipant({ ...order, kind: 'resume' }));
    await world.allFinal(['g'], 10_000);
  });
});

describe('an order to call at once what waits for a participant', () => {
  it('reaches what rests and what is in memory, whichever node has it, and uses up no more than the attempt it makes', async () => {
    const world = aWorld();
    const a = await world.start('a', { breaker: { ...A_BREAKER_THAT_NEVER_OPENS } });
    const b = await world.start('b', { breaker: { ...A_BREAKER_THAT_NEVER_OPENS } });
    const stock = stockIsAway(world);
    await world.clock.settled(Promise.all(many(30).map((gid) => a.engine.begin(under('slow', saga(gid, 'stock'))))));
    await world.clock.settled(b.engine.begin(under('endless', saga('h', 'stock'))));
    await world.clock.until('at rest', () => many(30).every((gid) => world.row(gid).owner === null), 20_000);
    stock.returns();
    await world.clock.settled(b.engine.orderParticipant({ ...order, kind: 'wake' }));
    await world.allFinal([...many(30), 'h'], 5_000);
    expect(world.branches.sent.filter((line) => line.endsWith('action 2') && line.startsWith('g'))).toHaveLength(30);
  });

  it('leaves what waits for another participant alone', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('mail', 'action', { kind: 'lost' });
    await world.clock.settled(engine.begin(under('slow', saga('g', 'mail'))));
    await world.clock.until('at rest', () => world.row('g').owner === null, 20_000);
    await world.clock.settled(engine.orderParticipant({ ...order, kind: 'wake' }));
    await world.clock.advance(10_000);
    expect(callsTo(world, 'mail')).toHaveLength(1);
  });
});

const A_BREAKER_THAT_NEVER_OPENS = {
  ...{ failuresInRow: 1_000, failureRatio: 1, leastCalls: 1_000, windowMs: 10_000 },
  ...{ openMs: 1_000, longestOpenMs: 5_000 },
};

describe('what is due', () => {
  it('is claimed although a thousand transactions of a paused participant are due before it', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a', { breaker: A_BREAKER_THAT_NEVER_OPENS });
    stockIsAway(world);
    world.branches.script('mail', 'action', { kind: 'lost' });
    await world.clock.settled(Promise.all(many(1_200).map((gid) => engine.begin(under('slow', saga(gid, 'stock'))))));
    await world.clock.settled(engine.begin(under('slow', saga('other', 'mail'))));
    await world.clock.until('at rest', () => engine.state().inMemory === 0, 30_000);
    await world.clock.settled(engine.orderParticipant({ ...order, kind: 'pause' }));
    await world.allFinal(['other'], 65_000);
    expect(callsTo(world, 'stock')).toHaveLength(1_200);
    expect(monitor.taken.get('rest')).toBe(1);
  });
});

describe('a slow participant', () => {
  it('does not keep others from being claimed, however much of what is due waits for it', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { breaker: A_BREAKER_THAT_NEVER_OPENS, participantShare: 0.002 });
    const stock = stockIsAway(world);
    world.branches.script('mail', 'action', { kind: 'lost' });
    await world.clock.settled(Promise.all(many(1_500).map((gid) => engine.begin(under('slow', saga(gid, 'stock'))))));
    await world.clock.settled(engine.begin(under('slow', saga('other', 'mail'))));
    await world.clock.until('at rest', () => engine.state().inMemory === 0, 300_000);
    stock.returns();
    world.branches.otherwise((call) => (call.branch === 'stock' ? { kind: 'held' } : { kind: 'succeeds' }));
    await world.allFinal(['other'], 65_000);
    expect(engine.state().inMemory).toBeLessThan(200);
  });

  it('cannot fill the memory of a node', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { maxInMemory: 40, restAfterMs: 1_000 });
    world.branches.otherwise((call) => (call.branch === 'stock' ? { kind: 'held' } : { kind: 'succeeds' }));
    for (const gid of many(60)) {
      await world.clock.settled(engine.begin(under('endless', saga(gid, 'stock'))));
      await world.clock.advance(500);
    }
    expect(callsTo(world, 'stock')).toHaveLength(10);
    expect((await world.clock.settled(engine.begin(saga('other', 'mail')))).kind).toBe('accepted');
    await world.allFinal(['other'], 1_000);
    for (let released = 0; released < 10; released += 1) world.branches.release('stock', 'action');
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    await world.allFinal(many(60), 60_000);
  });
});
