/** The writer: group commit, poison, outages and lost commits (DESIGN 7). */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { Gate } from '../test/gate.js';
import { branch, initiatorTcc, saga } from '../test/requests.js';
import { World } from '../test/world.js';
import type { BeginRequest } from './api.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const many = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`);
const noThanks = { code: 'aborted_by_request', message: 'changed my mind', by: 'local' };

describe('group commit', () => {
  it('accepts what comes together in one flush', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    await world.clock.settled(Promise.all(many(100).map((gid) => engine.begin(saga(gid, 'stock')))));
    expect(monitor.flushes.filter((rows) => rows > 0)).toEqual([100]);
    await world.allFinal(many(100));
    expect(monitor.flushes.filter((rows) => rows > 0)).toEqual([100, 100]);
  });

  it('cuts a flush at its limit of rows and goes on with the rest', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a', { maxFlushRows: 8 });
    await world.clock.settled(Promise.all(many(20).map((gid) => engine.begin(saga(gid, 'stock')))));
    expect(monitor.flushes.filter((rows) => rows > 0).slice(0, 3)).toEqual([8, 8, 4]);
  });

  it('cuts a flush at its limit of bytes', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a', { maxFlushBytes: 10_000 });
    const big = (gid: string) => {
      const request = saga(gid, 'stock');
      const [only] = request.definition.branches;
      const branches = [{ ...only!, payload: JSON.stringify('x'.repeat(6_000)) }];
      return { ...request, definition: { ...request.definition, branches } };
    };
    await world.clock.settled(Promise.all(many(4).map((gid) => engine.begin(big(gid)))));
    expect(monitor.flushes.filter((rows) => rows > 0).slice(0, 2)).toEqual([2, 2]);
  });

  it('keeps one image per transaction in the queue, and answers everybody who hung on an older one', async () => {
    const world = aWorld();
    const { engine, store, monitor } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    const before = world.row('g').version;
    store.failNextFlush({ kind: 'answered', result: { kind: 'retryable', message: 'lock wait' } });
    const flushesBefore = monitor.flushes.length;
    const registered = ['x', 'y', 'z'].map((id) => engine.register('g', { branch: branch(id, { hash: id, run: 'self' }), waitMs: 0 }));
    const answers = await world.clock.settled(Promise.all(registered));
    expect(answers.map(({ kind }) => kind)).toEqual(['registered', 'registered', 'registered']);
    expect(world.row('g').version).toBe(before + 1);
    expect(monitor.flushes.slice(flushesBefore).filter((rows) => rows > 0)).toEqual([1]);
  });
});

describe('a flush that fails', () => {
  it('is sent again together with what has been collected meanwhile, in the order of coming', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'flush' ? gate.passed : undefined)),
    );
    const { engine, store, monitor } = await world.start('a');
    await world.clock.advance(100);
    gate.close();
    store.failNextFlush({ kind: 'answered', result: { kind: 'retryable', message: 'deadlock' } });
    const first = engine.begin(saga('first', 'stock'));
    await world.clock.rest();
    const second = engine.begin(saga('second', 'stock'));
    await world.clock.rest();
    gate.open();
    expect((await world.clock.settled(Promise.all([first, second]))).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(monitor.flushes.filter((rows) => rows > 0)).toEqual([2]);
    expect([...world.database.transactions.keys()]).toEqual(['first', 'second']);
  });
});

function traced(request: BeginRequest, trace: string): BeginRequest {
  return { ...request, definition: { ...request.definition, trace } };
}

describe('a row that the store refuses', () => {
  it('fails alone: its neighbours in the same flush are accepted', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    const poison = { ...saga('poison', 'stock'), name: 'x'.repeat(1_000) };
    const requests = [...many(20).map((gid) => saga(gid, 'stock')), poison, ...many(20).map((gid) => saga(`h${gid}`, 'stock'))];
    const answers = await world.clock.settled(Promise.allSettled(requests.map((request) => engine.begin(request))));
    const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason.code);
    expect(refused).toEqual(['unstorable']);
    expect(monitor.raised('poison_row')).toBe(true);
    expect(world.database.transactions.size).toBe(40);
    await world.allFinal([...world.database.transactions.keys()]);
  });

  it('is set aside when it is an image, while the others go on', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    await world.clock.settled(Promise.all([engine.begin(initiatorTcc('g')), engine.begin(initiatorTcc('h'))]));
    const poison = branch('x', { hash: 'x', run: 'self', payload: JSON.stringify(`${'x'.repeat(20_000_000)}`) });
    const answers = await world.clock.settled(
      Promise.allSettled([
        engine.register('g', { branch: poison, waitMs: 0 }),
        engine.register('h', { branch: branch('y', { hash: 'y', run: 'self' }), waitMs: 0 }),
      ]),
    );
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code))).toEqual([
      'unstorable',
      'registered',
    ]);
    expect(monitor.raised('poison_row')).toBe(true);
    expect(world.row('g').version).toBe(1);
  });

  it('is flushed once more without its side rows, which may be the culprits', async () => {
    const world = aWorld();
    const { engine, store, monitor } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'refuses', code: 'NO' });
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await world.clock.settled(engine.begin(traced(saga('g', 'stock'), trace)));
    store.failNextFlush({ kind: 'answered', result: { kind: 'data_error', message: 'message too long' } });
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('aborted');
    expect(world.database.attempts.has('g')).toBe(false);
    expect(monitor.raised('poison_row')).toBe(true);
    expect(monitor.concerns).toEqual([{ gid: 'g', trace }]);
  });

  it('is begun after all when the row of its gid has gone before it could be read', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.failNextFlush({ kind: 'answered', result: { kind: 'duplicate', gids: ['g'] } });
    expect((await world.clock.settled(engine.begin(saga('g', 'stock')))).kind).toBe('accepted');
    await world.allFinal(['g']);
  });

  it('is answered from the store when it is a gid that exists, and its neighbours are sent once more', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g']);
    const requests = [saga('g', 'stock'), saga('h', 'stock'), saga('i', 'stock')];
    const answers = await world.clock.settled(Promise.all(requests.map((request) => engine.begin(request))));
    expect(answers.map(({ kind }) => kind)).toEqual(['repeated', 'accepted', 'accepted']);
    await expect(world.clock.settled(engine.begin(saga('h', 'other')))).rejects.toMatchObject({ code: 'gid_conflict' });
  });
});

describe('while the store is away', () => {
  it('loses nothing that is in memory, and goes on by itself when it is back', async () => {
    const world = aWorld();
    const { engine, store, monitor } = await world.start('a');
    await world.clock.settled(Promise.all(many(10).map((gid) => engine.begin(saga(gid, 'stock', 'charge')))));
    store.disconnect();
    await world.clock.advance(3_000);
    expect(monitor.raised('store_unavailable')).toBe(true);
    await world.clock.advance(60_000);
    expect(engine.state()).toMatchObject({ ready: false, reason: 'store_unavailable', inMemory: 10 });
    store.reconnect();
    await world.allFinal(many(10));
    expect(engine.state().ready).toBe(true);
    expect(many(10).map((gid) => world.statusOf(gid))).toEqual(many(10).map(() => 'committed'));
  });

  it('is noticed to be back by an idle node within its longest back-off', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.disconnect();
    await world.clock.advance(60_000);
    expect(engine.state().ready).toBe(false);
    store.reconnect();
    await world.clock.until('ready', () => engine.state().ready, 1_001);
  });

  it('takes a begin back that was never sent, and says so', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.disconnect();
    await expect(world.clock.settled(engine.begin(saga('g', 'stock')))).rejects.toMatchObject({ code: 'store_unavailable', gid: 'g' });
    expect(engine.state().inMemory).toBe(0);
    await expect(world.clock.settled(engine.begin(saga('h', 'stock')))).rejects.toMatchObject({
      code: 'store_unavailable',
      retryAfterMs: 1_000,
    });
    store.reconnect();
    await world.clock.until('ready', () => engine.state().ready);
    await world.clock.advance(5_000);
    expect(world.database.transactions.size).toBe(0);
    expect((await world.clock.settled(engine.begin(saga('g', 'stock')))).kind).toBe('accepted');
  });

  it('tells who waits for a command that it is not known, and the repeat is safe', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    store.disconnect();
    await expect(world.clock.settled(engine.abort('g', noThanks))).rejects.toMatchObject({ code: 'outcome_unknown', gid: 'g' });
    store.reconnect();
    await world.clock.until('ready', () => engine.state().ready);
    expect(await world.clock.settled(engine.abort('g', noThanks))).toMatchObject({ kind: 'repeated' });
  });
});

describe('a commit whose acknowledgement is lost', () => {
  it('is found out, and what it accepted goes on', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.failNextFlush({ kind: 'acknowledgement_lost' });
    const answers = await world.clock.settled(Promise.all(many(5).map((gid) => engine.begin(saga(gid, 'stock')))));
    expect(answers.map(({ kind }) => kind)).toEqual(many(5).map(() => 'accepted'));
    await world.allFinal(many(5));
    expect(world.branches.sent).toHaveLength(5);
  });

  it('that never arrived is sent again under a new number', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.failNextFlush({ kind: 'lost' });
    const answers = await world.clock.settled(Promise.all(many(5).map((gid) => engine.begin(saga(gid, 'stock')))));
    expect(answers.map(({ kind }) => kind)).toEqual(many(5).map(() => 'accepted'));
    await world.allFinal(many(5));
    expect(world.branches.sent).toHaveLength(5);
  });

  it('cannot arrive any more once it was settled as lost', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    store.failNextFlush({ kind: 'late' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    expect(store.deliverLate().map(({ kind }) => kind)).toEqual(['fenced']);
    await world.allFinal(['g']);
    expect(world.row('g').version).toBe(2);
  });

  it('with an end and a decision in it loses neither', async () => {
    const world = aWorld();
    const { engine, store } = await world.start('a');
    world.branches.script('charge', 'action', { kind: 'refuses', code: 'NO' });
    await world.clock.settled(Promise.all([engine.begin(saga('g', 'stock')), engine.begin(saga('h', 'charge'))]));
    store.failNextFlush({ kind: 'acknowledgement_lost' });
    store.failNextFlush({ kind: 'acknowledgement_lost' });
    store.failNextFlush({ kind: 'lost' });
    await world.allFinal(['g', 'h']);
    expect([world.statusOf('g'), world.statusOf('h')]).toEqual(['committed', 'aborted']);
    await world.clock.until('nothing in memory', () => engine.state().inMemory === 0);
  });

  it('answers a begin as unknown while nobody can say, and keeps track of it all the same', async () => {
    const witness = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'settle' ? witness.passed : undefined)),
    );
    witness.close();
    const { engine, store } = await world.start('a');
    store.failNextFlush({ kind: 'acknowledgement_lost' });
    await expect(world.clock.settled(engine.begin(saga('g', 'stock')))).rejects.toMatchObject({ code: 'outcome_unknown', gid: 'g' });
    expect(world.branches.sent).toEqual([]);
    witness.open();
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock action 1']);
  });

  it('in which another node had moved a row first is not mistaken for its own', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(a.engine.begin(initiatorTcc('g')));
    await world.clock.settled(a.engine.register('g', { branch: branch('x', { hash: 'x', run: 'self' }), waitMs: 0 }));
    a.store.failNextFlush({ kind: 'acknowledgement_lost' });
    const aborted = b.engine.abort('g', noThanks);
    const submitted = a.engine.submit('g', { branches: ['x'], by: 'local' });
    const answers = await world.clock.settled(Promise.allSettled([aborted, submitted]));
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code));
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    await world.allFinal(['g']);
    expect(world.branches.effectsOf('g', 'x').end).toBe(world.statusOf('g') === 'committed' ? 'committed' : 'rolled_back');
  });
});
