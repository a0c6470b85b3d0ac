import type { DataSource, EntityManager } from 'typeorm';
import { describeOnMariadb } from '../../../test/support/databases.js';
import type { Answer, BarrierStore } from '../src/index.js';
import { Barrier, LocalTransactions } from '../src/index.js';
import { SqlBarrierRows } from '../src/sql/index.js';
import { aCall, answer, DAY_MS, effectOf, effectsOf, heldRows, NOW_MS, newBarrier } from './support/barriers.js';
import { describeOnEachDatabase, openDataSource, openMariadb } from './support/data-sources.js';
import { Latch, until } from './support/latch.js';
import { newGid } from './support/running-theatre.js';
import { recordEffect } from './support/theatre.js';

const codes = (answers: readonly Answer[]) => answers.map((given) => (given.kind === 'rejected' ? given.code : given.kind));

describeOnEachDatabase('the barrier', (open, database) => {
  let dataSource: DataSource;
  let close: () => Promise<void>;
  let failures: number[];
  let gid: string;

  beforeAll(async () => {
    const logQueryError = (error: string | Error) => failures.push((error as { errno?: number }).errno ?? 0);
    const quiet = () => undefined;
    const logger = { logQueryError, logQuery: quiet, logQuerySlow: quiet, logSchemaBuild: quiet, logMigration: quiet, log: quiet };
    ({ dataSource, close } = await openDataSource(open, { logger, ...(database === 'mariadb' && { isolationLevel: 'REPEATABLE READ' }) }));
  });
  afterAll(() => close());
  beforeEach(() => {
    gid = newGid();
    failures = [];
  });

  it('survives 300 duplicate cancels from 300 processes without a single deadlock', async () => {
    const empty = newGid();
    await answer(newBarrier(dataSource), aCall('try', gid));
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => answer(newBarrier(dataSource), aCall('cancel', n % 2 === 0 ? gid : empty))),
    );
    expect(new Set(codes(answers))).toEqual(new Set(['succeeded']));
    expect(failures.filter((errno) => errno === 1213 || errno === 1205)).toEqual([]);
    expect(await effectsOf(dataSource, gid)).toEqual(['try', 'cancel']);
    expect(await effectsOf(dataSource, empty)).toEqual([]);
  });

  it('survives duplicate cancels that race while the first of them is rolled back', async () => {
    await answer(newBarrier(dataSource), aCall('try', gid));
    const call = aCall('cancel', gid);
    const working = new Latch();
    const goOn = new Latch();
    const breakDown = async () => {
      working.open();
      await goOn.opened;
      throw new Error('broke');
    };
    const broken = newBarrier(dataSource).answer(call, effectOf(call, breakDown));
    await working.opened;
    const others = Array.from({ length: 15 }, () => answer(newBarrier(dataSource), call));
    goOn.open();
    await expect(broken).rejects.toThrow('broke');
    expect(new Set(codes(await Promise.all(others)))).toEqual(new Set(['succeeded']));
    expect(await effectsOf(dataSource, gid)).toEqual(['try', 'cancel']);
  });

  it('lets one of a confirm and a cancel from different processes take effect, and tells the other', async () => {
    for (let round = 0; round < 20; round += 1) {
      gid = newGid();
      await answer(newBarrier(dataSource), aCall('try', gid));
      const [confirm, cancel] = await Promise.all([
        answer(newBarrier(dataSource), aCall('confirm', gid)),
        answer(newBarrier(dataSource), aCall('cancel', gid)),
      ]);
      const outcome = codes([confirm, cancel]);
      expect([
        ['succeeded', 'already_committed'],
        ['already_rolled_back', 'succeeded'],
      ]).toContainEqual(outcome);
      expect(await effectsOf(dataSource, gid)).toEqual(['try', outcome[0] === 'succeeded' ? 'confirm' : 'cancel']);
    }
  });

  it('lets one of a try and its own cancel win, and never leaves a try behind', async () => {
    for (let round = 0; round < 20; round += 1) {
      gid = newGid();
      const [tried, cancelled] = await Promise.all([
        answer(newBarrier(dataSource), aCall('try', gid)),
        answer(newBarrier(dataSource), aCall('cancel', gid)),
      ]);
      const effects = await effectsOf(dataSource, gid);
      expect(cancelled).toEqual({ kind: 'succeeded', result: null });
      expect(effects).toEqual(tried?.kind === 'succeeded' ? ['try', 'cancel'] : []);
    }
  });

  it('takes ids apart that differ only in case or in a trailing space', async () => {
    const barrier = newBarrier(dataSource);
    const ids = [gid, gid.toUpperCase(), `${gid} `, `${gid}  `];
    for (const id of ids) expect(await answer(barrier, aCall('try', id))).toEqual({ kind: 'succeeded', result: null });
    for (const branch of ['B', 'b ']) expect((await answer(barrier, aCall('try', gid, { branch }))).kind).toBe('succeeded');
    expect((await answer(barrier, aCall('cancel', `${gid} `))).kind).toBe('succeeded');
    expect((await answer(barrier, aCall('confirm', gid))).kind).toBe('succeeded');
    expect(await effectsOf(dataSource, `${gid}  `)).toContain('try');
  });

  /** A barrier whose local transactions read before the barrier does, and then wait. */
  function readingFirst(before: string, snapshot: Latch, go: Latch): { barrier: Barrier; reads: () => number } {
    const transactions = LocalTransactions.of(dataSource);
    let reads = 0;
    const store: BarrierStore<EntityManager> = {
      unit: (unit) =>
        transactions.unit(async (manager) => {
          reads += 1;
          await manager.query(before);
          await manager.query('SELECT * FROM branch_barrier WHERE gid = ?', [gid]);
          snapshot.open();
          await go.opened;
          return unit(new SqlBarrierRows(manager, transactions.dialect), manager);
        }),
      purgeBatch: () => Promise.reject(new Error('not asked for')),
    };
    return { barrier: new Barrier(store, { retentionMs: 30 * DAY_MS, now: () => NOW_MS }), reads: () => reads };
  }

  const isolations =
    database === 'sqlite'
      ? [['with a read before the barrier', 'SELECT 1', 1] as const]
      : [
          ['under REPEATABLE READ with a read before the barrier', 'SELECT 1', 1] as const,
          ['under snapshot isolation, which makes it run again', 'SET SESSION innodb_snapshot_isolation = ON', 2] as const,
        ];

  it.each(isolations)('sees in a cancel what a try did after the snapshot was taken, %s', async (_how, before, runs) => {
    const snapshot = new Latch();
    const go = new Latch();
    const { barrier, reads } = readingFirst(before, snapshot, go);
    const cancel = answer(barrier, aCall('cancel', gid));
    await snapshot.opened;
    const tried = answer(newBarrier(dataSource), aCall('try', gid));
    // SQLite has one transaction at a time: there the try waits for the cancel.
    if (database === 'mariadb') await tried;
    go.open();
    expect((await cancel).kind).toBe('succeeded');
    expect(codes([await tried])).toEqual([database === 'mariadb' ? 'succeeded' : 'rolled_back']);
    expect(await effectsOf(dataSource, gid)).toEqual(database === 'mariadb' ? ['try', 'cancel'] : []);
    expect(reads()).toBe(runs);
  });

  it('purges what has ended and is old, and nothing else', async () => {
    const barrier = newBarrier(dataSource);
    const old = { begunAtMs: NOW_MS - 29 * DAY_MS };
    const run = async (name: string, more: object, ...ops: string[]) => {
      for (const op of ops) await answer(barrier, aCall(op, `${gid}-${name}`, more));
    };
    await run('confirmed', old, 'try', 'confirm');
    await run('cancelled', old, 'try', 'cancel');
    await run('empty', old, 'cancel');
    await run('step', old, 'action');
    await run('undone', old, 'action', 'compensate');
    await run('delivered', old, 'deliver');
    await run('held', old, 'try');
    await run('young', {}, 'try', 'confirm');
    await barrier.answer(aCall('action', `${gid}-pending`, old), async () => ({ kind: 'pending' }));

    expect(await barrier.purge(NOW_MS)).toBe(0);
    expect(await barrier.purge(NOW_MS + 2 * DAY_MS)).toBe(6);
    const left = await dataSource.query<{ gid: unknown }[]>('SELECT DISTINCT gid FROM branch_barrier WHERE begun_at IN (?, ?)', [
      old.begunAtMs,
      NOW_MS - 1_000,
    ]);
    const names = left.map((row) => String(row.gid)).filter((id) => id.startsWith(gid));
    expect(names.sort()).toEqual(['held', 'pending', 'young'].map((name) => `${gid}-${name}`).sort());
  });

  it('purges more than one batch at a time', async () => {
    const begunAtMs = 1_000;
    const values = Array.from({ length: 450 }, (_, n) => `('${gid}-${n}', 'b', 1, 'action', 'succeeded', NULL, ${begunAtMs})`).join(',');
    await LocalTransactions.of(dataSource).run((manager) => manager.query(`INSERT INTO branch_barrier VALUES ${values}`));
    expect(await newBarrier(dataSource).purge(NOW_MS)).toBe(450);
  });

  it.each(['try', 'action', 'confirm', 'cancel', 'deliver', 'seal-cancel', 'seal-confirm', 'seal-try', 'seal-deliver'])(
    'refuses a %s that is older than the barrier keeps rows and has none, instead of taking it for new',
    async (op) => {
      const barrier = newBarrier(dataSource);
      expect(codes([await answer(barrier, aCall(op, gid, { begunAtMs: NOW_MS - 31 * DAY_MS }))])).toEqual(['barrier_expired']);
      expect(await heldRows(dataSource, gid)).toEqual([]);
      expect(await effectsOf(dataSource, gid)).toEqual([]);
    },
  );

  it('still ends a branch that is old but has its row', async () => {
    const begunAtMs = NOW_MS - 31 * DAY_MS;
    await answer(newBarrier(dataSource, begunAtMs), aCall('try', gid, { begunAtMs }));
    expect((await answer(newBarrier(dataSource), aCall('confirm', gid, { begunAtMs }))).kind).toBe('succeeded');
  });

  it('seals an op by hand: it never runs, and who asks is told so', async () => {
    const barrier = newBarrier(dataSource);
    await answer(barrier, aCall('try', gid));
    const report = { sealed: true, op: 'cancel', outcome: 'by_hand', result: null, forward: 'succeeded' };
    expect(await answer(barrier, aCall('seal-cancel', gid))).toEqual({ kind: 'sealed', report });
    expect(await answer(barrier, aCall('seal-cancel', gid))).toEqual({ kind: 'sealed', report });
    expect(codes([await answer(barrier, aCall('cancel', gid)), await answer(barrier, aCall('confirm', gid))])).toEqual([
      'sealed',
      'already_rolled_back',
    ]);
    expect(await effectsOf(dataSource, gid)).toEqual(['try']);
  });

  it('tells who seals an op that it had run', async () => {
    const barrier = newBarrier(dataSource);
    const call = aCall('try', gid);
    await barrier.answer(call, async () => ({ kind: 'done', result: '{"seat":1}' }));
    await answer(barrier, aCall('confirm', gid));
    expect(await answer(barrier, aCall('seal-try', gid))).toEqual({
      kind: 'sealed',
      report: { sealed: false, op: 'try', outcome: 'succeeded', result: '{"seat":1}', forward: 'none' },
    });
    expect(await answer(barrier, aCall('seal-cancel', gid))).toMatchObject({
      report: { sealed: false, op: 'confirm', forward: 'succeeded' },
    });
    expect(await answer(barrier, aCall('seal-confirm', gid))).toMatchObject({ report: { sealed: false, op: 'confirm' } });
  });

  it('seals a try that never came, and an empty cancel, so that neither can arrive late', async () => {
    const barrier = newBarrier(dataSource);
    expect(await answer(barrier, aCall('seal-try', gid))).toMatchObject({ report: { sealed: true, forward: 'none' } });
    expect(codes([await answer(barrier, aCall('try', gid)), await answer(barrier, aCall('confirm', gid))])).toEqual([
      'sealed',
      'not_prepared',
    ]);
    gid = newGid();
    expect(await answer(barrier, aCall('seal-cancel', gid))).toMatchObject({ report: { sealed: true, forward: 'none' } });
    expect(codes([await answer(barrier, aCall('try', gid))])).toEqual(['rolled_back']);
    expect(await answer(barrier, aCall('seal-cancel', gid))).toMatchObject({ report: { sealed: true, forward: 'none' } });
    expect(codes([await answer(barrier, aCall('seal-confirm', gid))])).toEqual(['not_prepared']);
  });

  it('refuses ops that do not belong together, and ops it does not know', async () => {
    const barrier = newBarrier(dataSource);
    await answer(barrier, aCall('try', gid));
    expect(codes([await answer(barrier, aCall('action', gid))])).toEqual(['op_differs']);
    await answer(barrier, aCall('cancel', gid));
    expect(codes([await answer(barrier, aCall('compensate', gid))])).toEqual(['op_differs']);
    await expect(answer(barrier, aCall('explode', gid))).rejects.toThrow(RangeError);
  });

  it('answers nothing before COMMIT returned: a failed or lost COMMIT is an error, and the repeat finds what really happened', async () => {
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    const commitOnce = (commit: (real: () => Promise<void>) => Promise<void>) =>
      jest.spyOn(dataSource, 'createQueryRunner').mockImplementationOnce(() => {
        const runner = createQueryRunner();
        const real = runner.commitTransaction.bind(runner);
        runner.commitTransaction = () => commit(real);
        return runner;
      });
    commitOnce(() => Promise.reject(new Error('the connection is gone')));
    await expect(answer(newBarrier(dataSource), aCall('try', gid))).rejects.toThrow('COMMIT failed');
    expect(await effectsOf(dataSource, gid)).toEqual([]);
    commitOnce((real) => real().then(() => Promise.reject(new Error('the answer is gone'))));
    await expect(answer(newBarrier(dataSource), aCall('try', gid))).rejects.toThrow('COMMIT failed');
    jest.restoreAllMocks();
    expect((await answer(newBarrier(dataSource), aCall('try', gid))).kind).toBe('succeeded');
    expect(await effectsOf(dataSource, gid)).toEqual(['try']);
  });

  it('lets one of twenty that complete a pending branch at once do it, without a deadlock', async () => {
    await newBarrier(dataSource).answer(aCall('try', gid), async () => ({ kind: 'pending' }));
    const complete = () => newBarrier(dataSource).complete(gid, 'b', (manager) => recordEffect(manager, gid, 'b', 'later'));
    const ends = await Promise.all(Array.from({ length: 20 }, complete));
    expect(ends.filter((end) => end === 'ended')).toHaveLength(1);
    expect(failures).toEqual([]);
    expect(await effectsOf(dataSource, gid)).toEqual(['later']);
  });

  it('waits for the row of a pending call that has not committed yet before it completes it', async () => {
    const latch = new Latch();
    const reached = jest.fn();
    const pending = newBarrier(dataSource).answer(aCall('try', gid), async () => {
      reached();
      await latch.opened;
      return { kind: 'pending' };
    });
    await until('the try works', () => reached.mock.calls.length > 0);
    const completed = newBarrier(dataSource).complete(gid, 'b');
    latch.open();
    expect([(await pending).kind, await completed]).toEqual(['pending', 'ended']);
  });
});

describeOnMariadb.each(['READ UNCOMMITTED', 'READ COMMITTED', 'SERIALIZABLE'] as const)('the barrier under %s', (isolationLevel) => {
  it('lets one of a try, a confirm and two cancels that race win, as everywhere', async () => {
    const { dataSource, close } = await openDataSource(openMariadb, { isolationLevel });
    for (let round = 0; round < 10; round += 1) {
      const gid = newGid();
      await answer(newBarrier(dataSource), aCall('try', gid));
      await Promise.all(['confirm', 'cancel', 'cancel', 'try'].map((op) => answer(newBarrier(dataSource), aCall(op, gid))));
      const effects = await effectsOf(dataSource, gid);
      expect([
        ['try', 'confirm'],
        ['try', 'cancel'],
      ]).toContainEqual(effects);
    }
    await close();
  });
});
