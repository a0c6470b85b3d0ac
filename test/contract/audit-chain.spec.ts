/** The audit and its chain, on every database: what was changed, taken away or put in shows, and several nodes add links without losing a row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuditChain,
  Duties,
  findAudit,
  foreseeAudit,
  inTransaction,
  type OpenedStore,
  openTransactionStore,
  purgeAudit,
  recordAudit,
} from '@assent/store';
import { v7 as uuidv7 } from 'uuid';
import { createTestDatabase, describeOnMariadb } from '../support/databases.js';

const LEASE_MS = 5_000;
const START_MS = 1_000;

interface Ground {
  readonly open: () => Promise<OpenedStore>;
  readonly drop: () => Promise<void>;
}

async function onSqlite(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-audit-'));
  const open = () => openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: LEASE_MS });
  return { open, drop: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function onMariadb(): Promise<Ground> {
  const database = await createTestDatabase();
  return { open: () => openTransactionStore({ url: database.url, leaseMs: LEASE_MS }), drop: () => database.drop() };
}

function suite(ground: () => Promise<Ground>): void {
  let drop: () => Promise<void>;
  let open: () => Promise<OpenedStore>;
  let opened: OpenedStore;
  let chain: AuditChain;

  beforeEach(async () => {
    ({ open, drop } = await ground());
    opened = await open();
    chain = new AuditChain(opened.dataSource);
  });
  afterEach(async () => {
    await opened.store.close();
    await drop();
  });

  const write = async (count: number, gid = ''): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => uuidv7());
    await inTransaction(opened.dataSource, async (manager) => {
      for (const [n, id] of ids.entries()) {
        await recordAudit(manager, { id, gid, atMs: START_MS + n, principal: 'ada', action: 'pause', reason: `r${n}`, detail: '{}' });
      }
    });
    return ids;
  };
  const run = (sql: string, parameters: readonly unknown[] = []) => opened.dataSource.query(sql, [...parameters]);

  it('holds over what was written, in batches, and says what waits', async () => {
    await write(3);
    expect(await chain.verify()).toMatchObject({ holds: true, links: 0, unchained: 3, head: null });
    expect(await chain.extend()).toBe(3);
    await write(2, 'g-1');
    await chain.extend();
    expect(await chain.extend()).toBe(0);
    expect(await chain.verify()).toMatchObject({ holds: true, links: 5, unchained: 0, foreign: [], broken: null, head: { seq: 5 } });
  });

  it('names the row that was changed, by a single letter', async () => {
    const ids = await write(4);
    await chain.extend();
    await run("UPDATE audit_log SET reason = 'r1!' WHERE id = ?", [ids[1]]);
    expect(await chain.verify()).toMatchObject({ holds: false, links: 1, broken: { seq: 2, auditId: ids[1], problem: 'changed' } });
  });

  it('names the row that was taken away, and the link that was', async () => {
    const ids = await write(4);
    await chain.extend();
    await run('DELETE FROM audit_log WHERE id = ?', [ids[2]]);
    expect((await chain.verify()).broken).toEqual({ seq: 3, auditId: ids[2], problem: 'row_missing' });
    await run('DELETE FROM audit_chain WHERE seq = 3');
    expect((await chain.verify()).broken).toEqual({ seq: 4, auditId: ids[3], problem: 'link_missing' });
  });

  it('names the row that was taken away before it had a link', async () => {
    const ids = await write(3);
    await run('DELETE FROM audit_log WHERE id = ?', [ids[1]]);
    expect(await chain.extend()).toBe(3);
    expect((await chain.verify()).broken).toEqual({ seq: 2, auditId: ids[1], problem: 'row_missing' });
  });

  it('shows by a head that was kept whether the newest end was cut off, everything was, or all was made anew', async () => {
    await write(6);
    await chain.extend();
    const kept = (await chain.head()) ?? { seq: 0, hash: '' };
    await write(2);
    await chain.extend();
    expect(await chain.verify(kept)).toMatchObject({ holds: true, kept: 'there' });
    expect(await chain.verify()).toMatchObject({ holds: true, kept: null });
    expect(await chain.verify({ ...kept, hash: 'f'.repeat(64) })).toMatchObject({ holds: false, broken: null, kept: 'changed' });
    await purgeAudit(opened.dataSource, { beforeMs: START_MS + 3, limit: 3 });
    expect(await chain.verify({ ...kept, seq: 1 })).toMatchObject({ holds: true, kept: 'purged' });
    await run('DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_chain WHERE seq >= 6)');
    await run('DELETE FROM audit_chain WHERE seq >= 6');
    expect(await chain.verify()).toMatchObject({ holds: true });
    expect(await chain.verify(kept)).toMatchObject({ holds: false, broken: null, kept: 'missing' });
    for (const table of ['audit_log', 'audit_chain']) await run(`DELETE FROM ${table}`);
    expect(await chain.verify(kept)).toMatchObject({ holds: false, kept: 'missing' });
  });

  it('is not taken for broken while retention takes the oldest away', async () => {
    await write(450);
    for (let batch = 0; batch < 3; batch += 1) await chain.extend();
    const purge = async () => {
      let gone = 0;
      for (;;) {
        const went = await purgeAudit(opened.dataSource, { beforeMs: START_MS + 440, limit: 20 });
        if (went === 0) return gone;
        gone += went;
      }
    };
    const [report, gone] = await Promise.all([chain.verify(), purge()]);
    expect([report.holds, gone]).toEqual([true, 440]);
  });

  it('is looked at again when retention has overtaken whoever reads it', async () => {
    await write(450);
    for (let batch = 0; batch < 3; batch += 1) await chain.extend();
    const { manager } = opened.dataSource;
    const build = manager.createQueryBuilder.bind(manager) as (...asked: unknown[]) => { getMany: () => Promise<unknown> };
    let looks = 0;
    const spy = jest.spyOn(manager, 'createQueryBuilder').mockImplementation((...asked: unknown[]) => {
      const query = build(...asked);
      const getMany = query.getMany.bind(query);
      query.getMany = async () => {
        looks += 1;
        if (looks === 2) await purgeAudit(opened.dataSource, { beforeMs: START_MS + 300, limit: 300 });
        return getMany();
      };
      return query as never;
    });
    const report = await chain.verify().finally(() => spy.mockRestore());
    expect([report.holds, report.links]).toEqual([true, 151]);
  });

  it('does not take for retention when somebody takes the oldest away', async () => {
    const ids = await write(4);
    await chain.extend();
    await run('DELETE FROM audit_log WHERE id IN (?, ?)', [ids[0], ids[1]]);
    await run('DELETE FROM audit_chain WHERE seq < 3');
    expect((await chain.verify()).broken).toEqual({ seq: 3, auditId: ids[2], problem: 'link_missing' });
  });

  it('names the row that somebody has put in', async () => {
    await write(1);
    await chain.extend();
    const [id] = ['0199-foreign'];
    await run(`INSERT INTO audit_log (id, gid, at, principal, action, reason, detail) VALUES (?, '', 1, 'eve', 'nothing', '', '')`, [id]);
    expect(await chain.verify()).toMatchObject({ holds: false, foreign: [id], broken: null });
  });

  it('breaks where two rows are exchanged', async () => {
    const [first, second] = await write(2);
    await chain.extend();
    await run("UPDATE audit_chain SET audit_id = 'x' WHERE seq = 1");
    await run('UPDATE audit_chain SET audit_id = ? WHERE seq = 2', [first]);
    await run('UPDATE audit_chain SET audit_id = ? WHERE seq = 1', [second]);
    expect(await chain.verify()).toMatchObject({ holds: false, broken: { seq: 1, problem: 'changed' } });
  });

  it('still verifies when retention has taken the oldest away, and not when somebody else has', async () => {
    await write(6);
    await chain.extend();
    const purge = { beforeMs: START_MS + 4, limit: 3 };
    expect(await foreseeAudit(opened.dataSource, purge)).toBe(3);
    expect(await foreseeAudit(opened.dataSource, { ...purge, limit: 100 })).toBe(4);
    expect(await chain.verify()).toMatchObject({ links: 6 });
    expect(await purgeAudit(opened.dataSource, purge)).toBe(4);
    expect(await chain.verify()).toMatchObject({ holds: true, broken: null, head: { seq: 6 } });
    expect(await purgeAudit(opened.dataSource, purge)).toBe(0);
    await write(1);
    await chain.extend();
    expect(await chain.verify()).toMatchObject({ holds: true, head: { seq: 7 } });
    await run('DELETE FROM audit_log WHERE reason = ?', ['r4']);
    expect(await chain.verify()).toMatchObject({ holds: false, broken: { seq: 5, problem: 'row_missing' } });
  });

  it('loses nothing to retention from the first broken link on, so that a purge hides no tampering', async () => {
    const ids = await write(6);
    await chain.extend();
    await run('DELETE FROM audit_log WHERE id = ?', [ids[3]]);
    const purge = { beforeMs: START_MS + 100, limit: 100 };
    expect(await foreseeAudit(opened.dataSource, purge)).toBe(3);
    expect(await purgeAudit(opened.dataSource, purge)).toBe(3);
    expect(await purgeAudit(opened.dataSource, purge)).toBe(0);
    expect(await chain.verify()).toMatchObject({ holds: false, broken: { seq: 4, auditId: ids[3], problem: 'row_missing' } });
  });

  it('does not take a row for old because somebody says so', async () => {
    const ids = await write(4);
    await chain.extend();
    await run('UPDATE audit_log SET at = 1 WHERE id = ?', [ids[2]]);
    expect(await purgeAudit(opened.dataSource, { beforeMs: START_MS + 2, limit: 100 })).toBe(2);
    expect(await chain.verify()).toMatchObject({ holds: false, broken: { seq: 3, problem: 'changed' } });
  });

  it('foresees more than one look can hold', async () => {
    await write(450);
    while ((await chain.extend()) > 0);
    expect(await foreseeAudit(opened.dataSource, { beforeMs: START_MS + 430, limit: 1_000 })).toBe(430);
  });

  it('is found by transaction, principal and time, newest first', async () => {
    await write(3, 'g-1');
    await write(2, 'g-2');
    const find = (query: object) => findAudit(opened.dataSource, { limit: 10, ...query });
    expect((await find({ gid: 'g-1' })).map(({ reason }) => reason)).toEqual(['r2', 'r1', 'r0']);
    expect(await find({ principal: 'ada' })).toHaveLength(5);
    expect([await find({ principal: 'eve' }), await find({ principal: 'ada ' })]).toEqual([[], []]);
    expect(await find({ fromMs: START_MS + 1, toMs: START_MS + 2 })).toHaveLength(2);
    const [newest] = await find({});
    expect((await find({ beforeId: newest?.id })).map(({ id }) => id)).not.toContain(newest?.id);
  });

  it('gives a duty to one holder until its time is over, by the clock of the database', async () => {
    const duties = new Duties(opened.dataSource);
    const taken = await Promise.all(['a', 'b', 'c'].map((holder) => duties.take('escalation', holder, 60_000)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const holder = ['a', 'b', 'c'][taken.indexOf(true)] as string;
    expect(await duties.take('escalation', holder, 60_000)).toBe(true);
    expect(await duties.take('escalation', 'd', 60_000)).toBe(false);
    await run('UPDATE duty SET until = 0');
    expect(await duties.take('escalation', 'd', 60_000)).toBe(true);
    await duties.leave('escalation', 'd');
    expect(await duties.take('escalation', 'a', 60_000)).toBe(true);
  });
}

describe('the audit on SQLite', () => suite(onSqlite));

describeOnMariadb('the audit on MariaDB', () => {
  suite(onMariadb);

  it('tries a transaction again that stood in the way of another', async () => {
    const { open, drop } = await onMariadb();
    const { dataSource, store } = await open();
    await dataSource.query("INSERT INTO duty (name, holder, until) VALUES ('a', '', 0), ('b', '', 0)");
    let arrived = 0;
    let bothHoldOne: () => void = () => undefined;
    const meet = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    const cross = (first: string, second: string) =>
      inTransaction(dataSource, async (manager) => {
        await manager.query('UPDATE duty SET until = until + 1 WHERE name = ?', [first]);
        arrived += 1;
        if (arrived >= 2) bothHoldOne();
        await meet;
        await manager.query('UPDATE duty SET until = until + 1 WHERE name = ?', [second]);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    expect(await dataSource.query('SELECT SUM(until) AS moves FROM duty')).toEqual([{ moves: '4' }]);
    expect(arrived).toBe(3);
    await store.close();
    await drop();
  });

  it('gets every row chained once, although two nodes add links at the same time', async () => {
    const { open, drop } = await onMariadb();
    const nodes = await Promise.all([open(), open()]);
    const [first] = nodes;
    for (let n = 0; n < 300; n += 1) {
      await first.dataSource.transaction((manager) =>
        recordAudit(manager, { id: uuidv7(), gid: '', atMs: n, principal: 'ada', action: 'pause', reason: '', detail: '' }),
      );
    }
    const chains = nodes.map(({ dataSource }) => new AuditChain(dataSource));
    for (let round = 0; round < 20; round += 1) await Promise.all(chains.map((chain) => chain.extend()));
    expect(await chains[1]?.verify()).toMatchObject({ holds: true, links: 300, unchained: 0 });
    for (const { store } of nodes) await store.close();
    await drop();
  });
});
