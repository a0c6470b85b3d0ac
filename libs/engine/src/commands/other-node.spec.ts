/** Commands that come to a node which does not drive their transaction (DESIGN 7). */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { branch, initiatorTcc, tcc } from '../../test/requests.js';
import { World } from '../../test/world.js';
import type { Hint, Hints } from '../ports/hints.js';
import type { CommandRow } from '../ports/transaction-store.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const noThanks = { code: 'aborted_by_request', message: 'changed my mind', by: 'local' };
const debit = branch('debit', { hash: 'd' });
const credit = branch('credit', { hash: 'c' });

/** Two nodes; `b` drives g, because a try of it is in the air. */
async function drivenByB() {
  const world = aWorld();
  const a = await world.start('a');
  const b = await world.start('b');
  await world.clock.settled(b.engine.begin(initiatorTcc('g')));
  world.branches.script('debit', 'try', { kind: 'held' });
  const registering = b.engine.register('g', { branch: debit, waitMs: 30_000 });
  await world.clock.until('b drives it', () => world.branches.sent.length === 1);
  return { world, a, b, registering };
}

/** A row as another node would have recorded it. */
function recorded(world: ReturnType<typeof aWorld>, changes: Partial<CommandRow> = {}): CommandRow {
  const time = world.clock.databaseMs().toString(16).padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(world.database.commands.size).padStart(12, '0')}`;
  const row = { id, gid: 'g', kind: 'abort', body: '{"code":"x","message":"y"}', principal: 'local', reason: '', ...changes };
  world.database.commands.set(row.id, row);
  return row;
}

describe('a command for a transaction that another node drives', () => {
  it('aborts there, and is answered once that is durable', async () => {
    const { world, a, b, registering } = await drivenByB();
    const { incarnation } = b.engine.state();
    const { kind, view } = await world.clock.settled(a.engine.abort('g', noThanks), 2_000);
    expect([kind, view.status, view.decision?.reason?.code]).toEqual(['done', 'aborting', 'aborted_by_request']);
    expect(world.row('g').owner).toBe(incarnation);
    expect(world.database.commands.size).toBe(0);
    world.branches.release('debit', 'try');
    await world.allFinal(['g']);
    await world.clock.settled(registering);
    expect(world.branches.sentBy.map(({ line, by }) => `${by}: ${line}`)).toEqual(['b: g debit try 1', 'b: g debit cancel 1']);
  });

  it('submits there', async () => {
    const { world, a, b, registering } = await drivenByB();
    const submitted = a.engine.submit('g', { branches: ['debit'], by: 'local' });
    world.branches.release('debit', 'try');
    await world.clock.settled(registering);
    const { kind, view } = await world.clock.settled(submitted, 2_000);
    expect([kind, view.decision?.kind]).toEqual(['done', 'commit']);
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('committed');
    expect(b.monitor.alarms).toEqual([]);
  });

  it('registers there, and is answered with the outcome of the try', async () => {
    const { world, a } = await drivenByB();
    world.branches.script('credit', 'try', { kind: 'succeeds', result: '{"at":1}' });
    const { kind, forward, view } = await world.clock.settled(a.engine.register('g', { branch: credit, waitMs: 3_000 }), 2_000);
    expect([kind, forward.outcome, forward.result]).toEqual(['registered', 'succeeded', { at: 1 }]);
    expect(view.branches.map(({ id }) => id)).toEqual(['debit', 'credit']);
    expect(world.branches.sentBy.at(-1)).toEqual({ line: 'g credit try 1', by: 'b' });
  });

  it('registers there, and is told of the refusal that has aborted it', async () => {
    const { world, a } = await drivenByB();
    world.branches.script('credit', 'try', { kind: 'refuses', code: 'NO_MONEY' });
    const { forward, view } = await world.clock.settled(a.engine.register('g', { branch: credit, waitMs: 3_000 }), 3_000);
    expect([forward.outcome, view.status]).toEqual(['rejected', 'aborting']);
    expect(world.statusOf('g')).toBe('aborting');
  });

  it('registers there, and is answered as it stands when the try takes too long', async () => {
    const { world, a } = await drivenByB();
    world.branches.script('credit', 'try', { kind: 'held' });
    const before = world.clock.monotonicMs();
    const { kind, forward } = await world.clock.settled(a.engine.register('g', { branch: credit, waitMs: 2_000 }), 5_000);
    expect([kind, ['unknown', 'none', 'in_flight'].includes(forward.outcome)]).toEqual(['registered', true]);
    expect(world.clock.monotonicMs() - before).toBeGreaterThanOrEqual(2_000);
    const repeated = a.engine.register('g', { branch: credit, waitMs: 2_000 });
    world.branches.release('credit', 'try');
    expect((await world.clock.settled(repeated, 3_000)).forward.outcome).toBe('succeeded');
    expect(world.branches.sent.filter((line) => line.includes('credit'))).toEqual(['g credit try 1']);
  });

  it('joins a branch whose try the service runs itself', async () => {
    const { world, a } = await drivenByB();
    const own = branch('own', { run: 'self', hash: 'o' });
    const { kind, view } = await world.clock.settled(a.engine.register('g', { branch: own, waitMs: 0 }), 2_000);
    expect([kind, view.branches.length]).toEqual(['registered', 2]);
  });

  it('is refused at once, and recorded nowhere, when what is stored refuses it', async () => {
    const { world, a, b } = await drivenByB();
    await world.clock.settled(b.engine.abort('g', noThanks));
    const before = world.clock.monotonicMs();
    const refused = { code: 'already_aborting', view: { status: 'aborting' } };
    await expect(world.clock.settled(a.engine.submit('g', { branches: ['debit'], by: 'local' }))).rejects.toMatchObject(refused);
    expect((await world.clock.settled(a.engine.abort('g', noThanks))).kind).toBe('repeated');
    expect(world.clock.monotonicMs() - before).toBeLessThan(100);
  });

  it('is refused by what its node has learned meanwhile', async () => {
    const { world, a, b } = await drivenByB();
    const submitted = a.engine.submit('g', { branches: ['debit'], by: 'local' });
    submitted.catch(() => undefined);
    await world.clock.advance(100);
    expect(world.database.commands.size).toBe(1);
    await world.clock.settled(b.engine.abort('g', noThanks));
    await expect(world.clock.settled(submitted, 2_000)).rejects.toMatchObject({ code: 'already_aborting' });
    expect(world.database.commands.size).toBe(0);
  });

  it('is carried out by whoever takes over from a dead node, within the patience of who asked', async () => {
    const { world, a, b } = await drivenByB();
    world.crash(b);
    await world.clock.advance(4_000);
    const { view } = await world.clock.settled(a.engine.abort('g', noThanks), 5_000);
    expect(view.decision?.kind).toBe('abort');
    await world.allFinal(['g']);
    expect(world.branches.effectsOf('g', 'debit').end).toBe('rolled_back');
  });

  it('is answered as unknown when its node does not answer, and is carried out all the same', async () => {
    const { world, a, b } = await drivenByB();
    world.crash(b);
    await expect(world.clock.settled(a.engine.abort('g', noThanks), 6_000)).rejects.toMatchObject({
      code: 'outcome_unknown',
      retryAfterMs: 1_000,
    });
    await world.allFinal(['g'], 10_000);
    expect(world.statusOf('g')).toBe('aborted');
    expect(world.database.commands.size).toBe(0);
  });

  it('is answered although nobody knows for a while whether it was recorded', async () => {
    const { world, a } = await drivenByB();
    await world.clock.advance(100);
    a.store.failNextFlush({ kind: 'acknowledgement_lost' });
    const { kind, view } = await world.clock.settled(a.engine.abort('g', noThanks), 4_000);
    expect([kind, view.status]).toEqual(['done', 'aborting']);
    expect(a.monitor.raised('flush_in_doubt')).toBe(true);
  });

  it('that no row can hold is refused by itself', async () => {
    const { world, a } = await drivenByB();
    const [refused, done] = await world.clock.settled(
      Promise.allSettled([a.engine.abort('g', { ...noThanks, by: 'x'.repeat(200) }), a.engine.abort('g', noThanks)]),
      4_000,
    );
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'unstorable' } });
    expect(done).toMatchObject({ status: 'fulfilled', value: { kind: 'done' } });
  });

  it('is answered as unknown when the node that was asked is found dead, and is carried out all the same', async () => {
    const { world, a, b } = await drivenByB();
    world.crash(b);
    const answer = a.engine.abort('g', noThanks).catch((error: { code: string }) => error.code);
    await world.clock.advance(100);
    const { incarnation } = a.engine.state();
    world.database.nodes.set(incarnation!, { ...world.database.nodes.get(incarnation!)!, state: 'dead' });
    await world.clock.until('a has begun again', () => a.monitor.raised('node_dead'));
    expect(await answer).toBe('outcome_unknown');
    await world.allFinal(['g'], 15_000);
    expect(world.statusOf('g')).toBe('aborted');
  });

  it('is answered as unknown when the node that was asked stops', async () => {
    const { world, a } = await drivenByB();
    const answer = a.engine.abort('g', noThanks).catch((error: { code: string }) => error.code);
    await world.clock.advance(50);
    await world.clock.settled(a.engine.drain(1_000));
    expect(await answer).toBe('outcome_unknown');
    await world.clock.until('aborting', () => world.statusOf('g') === 'aborting', 2_000);
  });

  it('is carried out at once when the nodes can hint to each other', async () => {
    const world = aWorld();
    const listeners = new Set<(hint: Hint) => void>();
    const hints: Hints = {
      tell: (hint) => {
        for (const heard of listeners) heard(hint);
      },
      listen: (heard) => {
        listeners.add(heard);
        return () => listeners.delete(heard);
      },
    };
    world.hints = hints;
    const a = await world.start('a');
    const b = await world.start('b', { commandsEveryMs: 60_000 });
    world.branches.script('stock', 'try', { kind: 'held' });
    await world.clock.settled(b.engine.begin(tcc('g', 'stock')));
    await world.clock.advance(3_000);
    expect((await world.clock.settled(a.engine.abort('g', noThanks), 100)).kind).toBe('done');
    await world.clock.settled(b.engine.drain(1_000));
    expect(listeners.size).toBe(1);
  });
});

describe('a recorded command', () => {
  it('of a transaction that has come to rest is carried out by whoever sees it, once', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(a.engine.begin(initiatorTcc('g')));
    recorded(world);
    await world.clock.until('gone', () => world.database.commands.size === 0, 3_000);
    expect(world.row('g')).toMatchObject({ status: 'aborted', version: 2 });
    expect([...a.monitor.alarms, ...b.monitor.alarms]).toEqual([]);
    expect([a.engine.state().inMemory, b.engine.state().inMemory]).toEqual([0, 0]);
  });

  it('of nothing that exists is deleted', async () => {
    const world = aWorld();
    const { monitor } = await world.start('a');
    recorded(world, { gid: 'nobody' });
    await world.clock.until('gone', () => world.database.commands.size === 0, 3_000);
    expect(monitor.alarms).toEqual([]);
  });

  it.each([
    ['submit', '{"branches":"debit"}'],
    ['abort', '{"message":"no code"}'],
    ['register', '{"branch":{}}'],
    ['abort', 'not JSON'],
  ])('that cannot be read (%s %s) is deleted with an alarm, and harms no transaction', async (kind, body) => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    recorded(world, { kind, body });
    await world.clock.until('gone', () => world.database.commands.size === 0, 3_000);
    expect(monitor.raised('command_refused')).toBe(true);
    expect(world.row('g')).toMatchObject({ status: 'active', version: 1 });
    expect((await world.clock.settled(engine.abort('g', noThanks))).kind).toBe('done');
  });

  it('of a kind from a newer build stays for a node that knows it, and keeps nobody waiting', async () => {
    const world = aWorld();
    const { engine, monitor } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    for (let index = 0; index < 600; index += 1) recorded(world, { gid: 'nobody', kind: 'reassign' });
    const late = recorded(world);
    await world.clock.until('carried out', () => !world.database.commands.has(late.id), 5_000);
    expect(world.database.commands.size).toBe(600);
    expect(monitor.alarms).toEqual([]);
    await world.clock.until('given up', () => world.database.commands.size === 0, 3_700_000);
    expect(monitor.raised('command_refused')).toBe(true);
  });

  it('is kept while its transaction does not fit into memory', async () => {
    const world = aWorld();
    const { engine } = await world.start('a', { maxInMemory: 1 });
    world.branches.script('stock', 'try', { kind: 'held' });
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    await world.clock.settled(engine.begin(tcc('h', 'stock')));
    recorded(world);
    await world.clock.advance(3_000);
    expect(world.statusOf('g')).toBe('active');
    world.branches.release('stock', 'try');
    await world.allFinal(['g', 'h']);
    expect(world.statusOf('g')).toBe('aborted');
  });
});

describe('a waiter at another node', () => {
  it('is served by one look at the store for all of them', async () => {
    const { world, a, registering } = await drivenByB();
    let looks = 0;
    const { store } = a;
    const readMany = store.readMany.bind(store);
    store.readMany = (gids) => {
      looks += 1;
      return readMany(gids);
    };
    const waiting = Array.from({ length: 50 }, () => a.engine.wait('g', { until: 'final', timeoutMs: 60_000 }));
    await world.clock.advance(1_000);
    expect(looks).toBeLessThanOrEqual(21);
    world.branches.release('debit', 'try');
    await world.clock.settled(registering);
    await world.clock.settled(a.engine.abort('g', noThanks));
    const seen = await world.clock.settled(Promise.all(waiting), 1_000);
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(['aborted']));
  });
});
