import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from './open-sqlite.js';
import { sqliteSql } from './statements.js';

/** What reads no table, counts rows up to a bound, or reads every node there is. */
const writes = ['begin', 'enter', 'attention', 'attempt', 'audit', 'unchained', 'recordCommand', 'event'];
const without = ['now', 'nodes', ...writes, 'countEvents', 'countRefused'];

/** What an index finds is put in order, or made distinct, afterwards: events of one moment, those of dead nodes, the waiting of one participant. */
const sorted = ['events', 'adoptEvents', 'waiting'];

describe('the indexes on SQLite', () => {
  let folder: string;
  let opened: Awaited<ReturnType<typeof openSqlite>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assent-explain-'));
    opened = await openSqlite({ file: join(folder, 'a.sqlite') });
  });
  afterAll(async () => {
    await opened.store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(sqliteSql).filter(([name]) => !without.includes(name)))('serve %s', async (name, sql) => {
    const plan = await opened.dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, sql.match(/\?/g) ?? []);
    const steps = plan.map((step) => step.detail).join('\n');
    if (!sorted.includes(name)) expect(steps).not.toMatch(/TEMP B-TREE/);
    expect(steps).toMatch(/SEARCH .* USING (COVERING )?INDEX/);
    expect(steps.replace(/^SCAN n$/gm, '')).not.toMatch(/SCAN/);
  });

  it('find nodes that own rows without reading the transactions', async () => {
    const plan = await opened.dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sqliteSql.nodes}`);
    expect(plan.map((step) => step.detail).join('\n')).toContain('SEARCH g USING COVERING INDEX global_transaction_by_owner');
  });
});
