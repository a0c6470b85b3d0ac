/** Who drives what: rest and claim, restart, takeover, zombies, orphans, the lease (DESIGN 7). */
import { MemoryDatabase, MemoryTransactionStore, type Pace } from '@assent/store';
import { Gate } from '../../test/gate.js';
import { branch, initiatorTcc, saga, tcc, under } from '../../test/requests.js';
import { World } from '../../test/world.js';
import type { FlushBatch, FlushResult } from '../ports/transaction-store.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const many = (count: number) => Array.from({ length: count }, (_, index) => `g${index}`);
const noThanks = { code: 'aborted_by_request', message: 'changed my mind', by: 'local' };

describe('a transaction whose next attempt is far away', () => {
  const aWorldWithPatience = (pace?: Pace) => {
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, pace),
    );
    const policy = { ...world.database.policies[0]!, name: 'slow', firstIntervalMs: 60_000, capMs: 60_000, jitter: 0, deadlineMs: null };
    world.database.policies.push(policy);
    return world;
  };

  it('rests in the store, out of memory, and is claimed when it is due', async () => {
    const world = aWorldWithPatience();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'lost' });
    await world.clock.settled(engine.begin(under('slow', saga('g', 'stock'))));
    await world.clock.until('at rest', () => world.row('g').owner === null, 10_000);
    expect(engine.state().inMemory).toBe(0);
    expect(world.row('g').dueAtMs).toBeGreaterThan(world.clock.databaseMs() + 50_000);
    expect(world.database.attention.get('g')).toMatchObject([{ branch: 'stock', kind: 'retrying', code: 'timeout' }]);
    await world.allFinal(['g'], 70_000);
    expect(world.branches.sent).toEqual(['g stock action 1', 'g stock action 2']);
    expect(world.database.attention.get('g')).toEqual([]);
  });

  it('is claimed by one of two nodes that saw it due at the same moment', async () => {
    const gate = new Gate();
    const world = aWorldWithPatience(async (operation) => (operation === 'readDue' ? gate.passed : undefined));
    const a = await world.start('a');
    const b = await world.start('b');
    for (const gid of many(20)) world.branches.script(gid, 'action', { kind: 'lost' });
    await world.clock.settled(Promise.all(many(20).map((gid) => a.engine.begin(under('slow', saga(gid, gid))))));
    await world.clock.until('at rest', () => many(20).every((gid) => world.row(gid).owner === null));
    gate.close();
    await world.clock.advance(100_000);
    gate.open();
    await world.allFinal(many(20), 1_000);
    expect(world.branches.sent).toHaveLength(40);
    expect(a.monitor.alarms).toEqual([]);
    expect(b.monitor.alarms).toEqual([]);
  });

  it('is taken up after an outage a little at a time', async () => {
    const world = aWorldWithPatience();
    const { engine } = await world.start('a', { firstChunk: 2, largestChunk: 64 });
    for (const gid of many(40)) world.branches.script(gid, 'action', { kind: 'lost' });
    await world.clock.settled(Promise.all(many(40).map((gid) => engine.begin(under('slow', saga(gid, gid))))));
    await world.clock.settled(engine.drain(10_000));
    await world.clock.advance(120_000);
    const calls = world.branches.sent.length;
    const next = world.node('a', { firstChunk: 2, largestChunk: 64 });
    await world.clock.settled(next.engine.start());
    await world.clock.until('the first chunk', () => world.branches.sent.length > calls);
    expect(world.branches.sent.length - calls).toBe(2);
    await world.allFinal(many(40), 10_000);
  });

  it('is taken up a little at a time again after the store has been away', async () => {
    const world = aWorldWithPatience();
    const { engine, store } = await world.start('a', { firstChunk: 2, largestChunk: 64 });
    for (const round of ['first', 'second']) {
      for (const gid of many(40)) world.branches.script(gid, 'action', { kind: 'lost' });
      const gids = many(40).map((gid) => `${round}-${gid}`);
      await world.clock.settled(Promise.all(gids.map((gid) => engine.begin(under('slow', saga(gid, gid.slice(round.length + 1)))))));
      await world.clock.until('at rest', () => gids.every((gid) => world.row(gid).owner === null));
      store.disconnect();
      await world.clock.advance(120_000);
      const calls = world.branches.sent.length;
      store.reconnect();
      await world.clock.until('the first chunk', () => world.branches.sent.length > calls);
      expect(world.branches.sent.length - calls).toBe(2);
      await world.allFinal(gids, 10_000);
    }
  });
});

describe('a transaction that waits for its initiator', () => {
  it('costs no memory, and is due at its deadline', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(Promise.all(many(50).map((gid) => engine.begin(initiatorTcc(gid)))));
    expect(engine.state().inMemory).toBe(0);
    expect(world.row('g1')).toMatchObject({ owner: null, version: 1, dueAtMs: world.row('g1').createdAtMs + 30_000 });
  });

  it('without a deadline is looked at once a day', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    const request = under('patient', initiatorTcc('g'));
    await world.clock.settled(engine.begin({ ...request, definition: { ...request.definition, pattern: 'lra' } }));
    const { createdAtMs } = world.row('g');
    expect(world.row('g').dueAtMs).toBe(createdAtMs + 86_400_000);
    world.database.transactions.set('g', { ...world.row('g'), dueAtMs: world.clock.databaseMs() });
    await world.clock.until('looked at', () => world.row('g').version === 3);
    expect(world.row('g')).toMatchObject({ owner: null, status: 'active' });
    expect(world.row('g').dueAtMs).toBeGreaterThan(createdAtMs + 86_400_000);
  });
});

describe('a node that comes back after a crash', () => {
  it('takes over what its predecessor of the same name left, at once', async () => {
    const world = aWorld();
    const first = await world.start('a');
    world.branches.otherwise(({ gid, op }) => (op === 'action' && gid.endsWith('1') ? { kind: 'answer_lost' } : { kind: 'succeeds' }));
    await world.clock.settled(Promise.all(many(60).map((gid) => first.engine.begin(saga(gid, 'stock', 'charge')))));
    await world.clock.advance(6);
    world.crash(first);
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    await world.start('a');
    await world.allFinal(many(60), 2_000);
    expect(many(60).map((gid) => world.statusOf(gid))).toEqual(many(60).map(() => 'committed'));
    expect(many(60).map((gid) => world.branches.effectsOf(gid, 'charge').forward)).toEqual(many(60).map(() => 'done'));
  });

  it('compensates a later step that had run before the crash when it aborts', async () => {
    const world = aWorld();
    const first = await world.start('a');
    world.branches.script('charge', 'action', { kind: 'answer_lost' });
    await world.clock.settled(first.engine.begin(saga('g', 'stock', 'charge')));
    await world.clock.advance(20);
    expect(world.branches.effectsOf('g', 'charge').forward).toBe('done');
    world.crash(first);
    world.branches.script('stock', 'action', { kind: 'lost' });
    const second = await world.start('a');
    await world.clock.advance(500);
    await world.clock.settled(second.engine.abort('g', noThanks));
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('aborted');
    expect(world.branches.effectsOf('g', 'charge')).toEqual({ forward: 'done', end: 'rolled_back' });
    expect(world.branches.effectsOf('g', 'stock')).toEqual({ forward: 'done', end: 'rolled_back' });
  });
});

describe('a node that dies', () => {
  it('is declared dead after a lease, and another drives what it owned', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    world.branches.otherwise(() => ({ kind: 'lost' }));
    await world.clock.settled(Promise.all(many(30).map((gid) => a.engine.begin(saga(gid, 'stock')))));
    world.crash(a);
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    const diedAtMs = world.clock.monotonicMs();
    await world.clock.until('declared', () => b.monitor.raised('node_declared_dead'));
    expect(world.clock.monotonicMs() - diedAtMs).toBeGreaterThan(4_000);
    expect(world.clock.monotonicMs() - diedAtMs).toBeLessThan(7_000);
    await world.allFinal(many(30));
    expect(world.branches.sentBy.filter(({ by }) => by === 'b').length).toBeGreaterThanOrEqual(30);
  });

  it('but is not dead changes nothing when it wakes up, and goes on as a new incarnation', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    world.branches.otherwise(({ op }) => (op === 'try' ? { kind: 'held' } : { kind: 'succeeds' }));
    await world.clock.settled(a.engine.begin(tcc('g', 'stock')));
    const before = a.engine.state().incarnation;
    a.store.disconnect();
    world.branches.otherwise(() => ({ kind: 'succeeds' }));
    await world.allFinal(['g']);
    expect(b.monitor.raised('node_declared_dead')).toBe(true);
    const row = world.row('g');
    const sentByA = world.branches.sentBy.filter(({ by }) => by === 'a').length;

    world.branches.release('stock', 'try');
    a.store.reconnect();
    await world.clock.until('again', () => a.engine.state().ready && a.engine.state().incarnation !== before);
    await world.clock.advance(10_000);
    expect(world.row('g')).toEqual(row);
    expect(world.branches.sentBy.filter(({ by }) => by === 'a')).toHaveLength(sentByA);
    expect(a.monitor.raised('node_dead')).toBe(true);
    await world.clock.settled(a.engine.begin(saga('h', 'stock')));
    await world.allFinal(['h']);
  });

  it('sends no call once its lease has lapsed, though it does not know yet that it was declared dead', async () => {
    const world = aWorld();
    const a = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'answer_lost' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    a.store.disconnect();
    await world.clock.advance(30_000);
    const lateCalls = world.branches.sent.length;
    await world.clock.advance(30_000);
    expect(world.branches.sent).toHaveLength(lateCalls);
    expect(lateCalls).toBeLessThanOrEqual(2);
    a.store.reconnect();
    await world.allFinal(['g']);
  });

  it('does not show what it remembers once others may have moved it', async () => {
    const world = aWorld();
    const a = await world.start('a');
    await world.start('b');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(a.engine.begin(saga('g', 'stock')));
    a.store.disconnect();
    expect(await a.engine.get('g')).toMatchObject({ status: 'active' });
    await world.allFinal(['g']);
    await expect(a.engine.get('g')).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('answers what is proven to be accepted even though it has been declared dead meanwhile', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'settle' ? gate.passed : undefined)),
    );
    const a = await world.start('a', { acknowledgeWithinMs: 60_000 });
    const b = await world.start('b');
    gate.close();
    a.store.failNextFlush({ kind: 'acknowledgement_lost' });
    const begun = a.engine.begin(saga('g', 'stock'));
    await world.clock.until('declared', () => b.monitor.raised('node_declared_dead'));
    gate.open();
    expect((await world.clock.settled(begun)).kind).toBe('accepted');
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock action 1']);
  });
});

describe('a node that was declared dead while a flush was in doubt', () => {
  it('answers what is proven and sends nothing, even if its own lease has not run out', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'settle' ? gate.passed : undefined)),
    );
    const a = await world.start('a');
    gate.close();
    a.store.failNextFlush({ kind: 'acknowledgement_lost' });
    const begun = a.engine.begin(saga('g', 'stock'));
    await world.clock.rest();
    world.database.enter({ incarnation: '7', name: 'a' });
    gate.open();
    expect((await world.clock.settled(begun)).kind).toBe('accepted');
    await world.clock.advance(1_000);
    expect(world.branches.sent).toEqual([]);
  });

  it('says of a begin that it was not accepted when that is proven', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'settle' ? gate.passed : undefined)),
    );
    const a = await world.start('a', { acknowledgeWithinMs: 60_000 });
    const b = await world.start('b');
    gate.close();
    a.store.failNextFlush({ kind: 'lost' });
    const begun = a.engine.begin(saga('g', 'stock'));
    await world.clock.until('declared', () => b.monitor.raised('node_declared_dead'));
    gate.open();
    await expect(world.clock.settled(begun)).rejects.toMatchObject({ code: 'store_unavailable', gid: 'g' });
    expect(world.statusOf('g')).toBe('absent');
  });
});

describe('a declaration that was not flushed', () => {
  it('is flushed again', async () => {
    class Stubborn extends MemoryTransactionStore {
      refused = 0;
      override async flush(batch: FlushBatch): Promise<FlushResult> {
        if (batch.declarations.length === 0 || this.refused > 0) return super.flush(batch);
        this.refused += 1;
        return { kind: 'retryable', message: 'deadlock' };
      }
    }
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new Stubborn(database),
    );
    const a = await world.start('a');
    const b = await world.start('b');
    world.crash(a);
    await world.clock.until('refused once', () => b.store.refused === 1);
    await world.clock.until('declared', () => b.monitor.raised('node_declared_dead'), 200);
  });
});

describe('two processes under one name', () => {
  it('are told apart: the one that was replaced gives way and says why', async () => {
    const world = aWorld();
    const old = await world.start('a');
    const successor = await world.start('a');
    const reason = await world.clock.settled(old.engine.gaveUp);
    expect(reason).toContain('another process runs under the node name a');
    expect(old.engine.state()).toMatchObject({ ready: false, reason: 'replaced' });
    await world.clock.advance(20_000);
    expect(successor.engine.state().ready).toBe(true);
    await expect(old.engine.begin(saga('g', 'stock'))).rejects.toMatchObject({ code: 'not_ready' });
  });
});

describe('a row that names this node but that it does not hold', () => {
  it('is loaded again within a lease', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    await world.clock.settled(engine.register('g', { branch: branch('x', { hash: 'x' }), waitMs: 3_000 }));
    await world.clock.until('at rest', () => world.row('g').owner === null);
    world.database.transactions.set('g', { ...world.row('g'), owner: engine.state().incarnation, dueAtMs: null });
    await world.clock.until('at rest again', () => world.row('g').owner === null, 10_000);
    await world.allFinal(['g'], 40_000);
    expect(world.statusOf('g')).toBe('aborted');
  });

  it('is loaded once, even if a command fetches it at the same moment', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'readMany' ? gate.passed : undefined)),
    );
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    world.branches.otherwise(() => ({ kind: 'held' }));
    world.database.transactions.set('g', { ...world.row('g'), owner: engine.state().incarnation, dueAtMs: null });
    gate.close();
    await world.clock.advance(6_000);
    const registered = engine.register('g', { branch: branch('x', { hash: 'x' }), waitMs: 100 });
    await world.clock.advance(50);
    gate.open();
    expect((await world.clock.settled(registered)).kind).toBe('registered');
    await world.clock.advance(1_000);
    expect(world.branches.sent).toEqual(['g x try 1']);
  });
});

describe('a fence number that is not its own any more', () => {
  it('stops this incarnation with an alarm, and another begins from what is stored', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    const incarnation = engine.state().incarnation!;
    const node = world.database.nodes.get(incarnation)!;
    world.database.nodes.set(incarnation, { ...node, flushes: node.flushes + 10 });
    await world.clock.until('alarm', () => monitor.raised('lost_commits'));
    await world.allFinal(['g']);
    expect(engine.state().incarnation).not.toBe(incarnation);
  });
});
