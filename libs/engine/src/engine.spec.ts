/** The whole path of a transaction through one node. */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { Gate } from '../test/gate.js';
import { branch, saga, tcc, under } from '../test/requests.js';
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
    expect(monitor.ended.map(({ gid }) => gid)).toEqual(['g']);
    expect(monitor.begun).toBe(1);
  });

  it('undoes what it did when a step refuses, and keeps the refusal as an attempt', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('charge', 'action', { kind: 'refuses', code: 'INSUFFICIENT_FUNDS' });

    await world.clock.settled(engine.begin(saga('g', 'stock', 'charge')));
    const end = await world.clock.settled(engine.wait('g', { until: 'final', timeoutMs: 5_000 }));

    expect(end).toMatchObject({ status: 'aborted', decision: { kind: 'abort', reason: { branch: 'charge', code: 'INSUFFICIENT_FUNDS' } } });
    expect(world.branches.effectsOf('g', 'stock')).toEqual({ forward: 'done', end: 'rolled_back' });
    expect(world.database.attempts.get('g')).toMatchObject([{ branch: 'charge', outcome: 'rejected', code: 'INSUFFICIENT_FUNDS' }]);
  });

  it('sends nothing before it is durable', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.disconnect();
    const begun = engine.begin(saga('g', 'stock'));
    await world.clock.advance(2_000);
    expect(world.branches.sent).toEqual([]);
    store.reconnect();
    await world.clock.settled(begun);
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('committed');
  });

  it('tries again after a lost answer, and has flushed that it did within a second', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'answer_lost' });
    await world.clock.settled(engine.begin(saga('g', 'stock', 'charge')));
    await world.clock.advance(4_100);
    expect(world.row('g').progress).not.toBe('');
    expect(world.database.attempts.get('g')).toMatchObject([{ branch: 'stock', outcome: 'unknown', code: 'timeout' }]);
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock action 1', 'g stock action 2', 'g charge action 1']);
  });

  it('sends a pivot only after the flush that moves the horizon to it', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    const request = saga('g', 'stock', 'ship');
    const [first, second] = request.definition.branches;
    const branches = [first!, { ...second!, pivot: true }];
    await world.clock.settled(engine.begin({ ...request, definition: { ...request.definition, branches } }));
    store.disconnect();
    await world.clock.advance(1_000);
    expect(world.branches.sent).toEqual(['g stock action 1']);
    store.reconnect();
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock action 1', 'g ship action 1']);
    expect(world.statusOf('g')).toBe('committed');
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

  it('cancels every branch when its deadline passes', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.otherwise(({ op, branch: id }) => (op === 'try' && id === 'freeze' ? { kind: 'lost' } : { kind: 'succeeds' }));
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'freeze')));
    await world.allFinal(['g'], 60_000);
    expect(world.statusOf('g')).toBe('aborted');
    expect(world.branches.effectsOf('g', 'stock').end).toBe('rolled_back');
    expect(world.branches.effectsOf('g', 'freeze')).toEqual({ forward: 'blocked', end: 'rolled_back' });
  });

  it('sends nothing forward any more once an abort was decided while a call waited for its place', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.holdPlaces();
    await world.clock.settled(engine.begin(tcc('g', 'stock')));
    await world.clock.settled(engine.abort('g', { code: 'aborted_by_request', message: 'changed my mind', by: 'local' }));
    world.branches.freePlaces();
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual([]);
    expect(world.statusOf('g')).toBe('aborted');
  });
});

describe('a call that waits for its place', () => {
  it('does not leave any more once an abort was decided, while what had left is waited for', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'try', { kind: 'held' });
    world.branches.holdPlaces('freeze');
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'freeze')));
    await world.clock.settled(engine.abort('g', { code: 'aborted_by_request', message: 'changed my mind', by: 'local' }));
    world.branches.freePlaces();
    await world.clock.advance(1_000);
    expect(world.branches.sent).toEqual(['g stock try 1']);
    world.branches.release('stock', 'try');
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock try 1', 'g stock cancel 1']);
  });

  it('does not leave once the lease has lapsed, and leaves when it is back', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    world.branches.holdPlaces();
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    store.disconnect();
    await world.clock.advance(6_000);
    world.branches.freePlaces();
    await world.clock.advance(1_000);
    expect(world.branches.sent).toEqual([]);
    store.reconnect();
    await world.allFinal(['g'], 5_000);
  });

  it('and is given back after it was allowed to leave is sent again, as if it had never been', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'not_sent' }, { kind: 'not_sent' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g'], 1_000);
    expect(world.branches.sent).toEqual(['g stock action 1']);
    expect(engine.state().callsInAir).toBe(0);
  });

  it('and cannot be sent at all counts as an attempt', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'impossible' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g'], 2_000);
    expect(world.branches.sent).toEqual(['g stock action 2']);
    expect(world.database.attempts.get('g')).toMatchObject([{ attempt: 1, code: 'participant_unknown' }]);
    expect(engine.state().callsInAir).toBe(0);
  });
});

describe('what happens during a flush', () => {
  it('is not taken for durable when that flush lands', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'flush' ? gate.passed : undefined)),
    );
    const { engine } = await world.start('a', { leaseMs: 60_000 });
    world.branches.script('stock', 'try', { kind: 'succeeds' });
    world.branches.script('freeze', 'try', { kind: 'held' });
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'freeze')));
    gate.close();
    // The first try's success is flushed lazily; while that flush is in the air the second succeeds, and that decides.
    await world.clock.advance(1_500);
    world.branches.release('freeze', 'try');
    await world.clock.advance(100);
    gate.letOneThrough();
    await world.clock.advance(100);
    expect(world.row('g')).toMatchObject({ status: 'active', version: 2 });
    expect(world.branches.sent).toEqual(['g stock try 1', 'g freeze try 1']);
    gate.open();
    await world.allFinal(['g']);
    expect(world.branches.sent).toContain('g stock confirm 1');
  });
});

describe('a pending branch', () => {
  it('is polled until it has ended, without using up attempts', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'pends' }, { kind: 'pends' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g'], 10_000);
    expect(world.branches.sent).toEqual(['g stock action 1', 'g stock action 2', 'g stock action 3']);
    expect(world.database.attempts.has('g')).toBe(false);
  });
});

describe('a branch that nothing moves any more', () => {
  it('is parked at rest with a row that says why, and an abort goes on from there', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    const policy = { ...world.database.policies[0]!, name: 'brief', forwardAttempts: 2, onExhausted: 'park' as const, deadlineMs: null };
    world.database.policies.push(policy);
    world.branches.script('stock', 'action', { kind: 'lost' }, { kind: 'lost' });
    await world.clock.settled(engine.begin(under('brief', saga('g', 'stock'))));
    await world.clock.until('parked at rest', () => world.row('g').version > 1 && world.row('g').owner === null);

    expect(world.row('g').dueAtMs).toBeNull();
    expect(world.database.attention.get('g')).toMatchObject([{ branch: 'stock', kind: 'parked', participant: 'stock.work' }]);
    expect(engine.state().inMemory).toBe(0);

    await world.clock.settled(engine.abort('g', { code: 'aborted_by_request', message: 'enough', by: 'local' }));
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('aborted');
    expect(world.database.attention.get('g')).toEqual([]);
    expect(monitor.alarms).toEqual([expect.stringMatching(/^branch_parked: g: stock\/parked\//)]);
    expect(monitor.concerns).toEqual([{ gid: 'g', branch: 'stock', op: 'action', trace: undefined }]);
  });
});

describe('a state that the machine must never meet', () => {
  it('sets that transaction aside with an alarm, and only it', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    const request = saga('bad', 'stock');
    const refused = engine.begin({ ...request, definition: { ...request.definition, branches: [branch('x', { after: ['nowhere'] })] } });
    await expect(world.clock.settled(refused)).rejects.toMatchObject({ code: 'protocol_bug' });

    await world.clock.settled(engine.begin(saga('broken', 'stock')));
    const row = world.row('broken');
    world.database.transactions.set('unreadable', { ...row, gid: 'unreadable', progress: '{', owner: null, dueAtMs: 1, status: 'active' });
    await world.clock.until('an alarm', () => monitor.raised('unreadable_row'));
    await world.clock.settled(engine.begin(saga('good', 'stock')));
    await world.allFinal(['good', 'broken']);
    await expect(
      world.clock.settled(engine.abort('unreadable', { code: 'aborted_by_request', message: '', by: 'local' })),
    ).rejects.toMatchObject({ code: 'protocol_bug' });
  });
});

describe('who began a transaction', () => {
  it('is told to nobody else sooner than that there is no such transaction: the store is asked, although the node holds it', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'pends' });
    const request = { ...saga('g', 'stock'), createdBy: 'order' };
    await world.clock.settled(engine.begin(request));
    const read = jest.spyOn(store, 'read');
    expect([await engine.creatorOf('g', 'order'), read.mock.calls.length]).toEqual(['order', 0]);
    expect([await world.clock.settled(engine.creatorOf('g', 'billing')), read.mock.calls.length]).toEqual(['order', 1]);
    expect([await world.clock.settled(engine.creatorOf('other', 'billing')), read.mock.calls.length]).toEqual([null, 2]);
  });
});
