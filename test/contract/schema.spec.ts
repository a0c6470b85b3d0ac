import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedStore, openTransactionStore } from '@assent/store';
import { createTestDatabase, describeOnMariadb } from '../support/databases.js';

const LEASE_MS = 5_000;

/** `UPDATE_SCHEMA=1` rewrites the files; a person reads the difference. */
function compare(file: string, dump: string): void {
  const path = join(process.cwd(), 'test', 'contract', file);
  if (process.env.UPDATE_SCHEMA === '1') writeFileSync(path, dump);
  expect(dump).toBe(readFileSync(path, 'utf8'));
}

/** The columns that TypeORM believes in, by table. */
function columnsOfEntities({ dataSource }: OpenedStore): Record<string, string[]> {
  const tables = dataSource.entityMetadatas.map((table) => [table.tableName, table.columns.map((column) => column.databaseName).sort()]);
  return Object.fromEntries(tables) as Record<string, string[]>;
}

describeOnMariadb('the schema on MariaDB', () => {
  it('is the one that is checked in, and the one the entities describe', async () => {
    const database = await createTestDatabase();
    const opened = await openTransactionStore({ url: database.url, leaseMs: LEASE_MS });
    try {
      const tables = await opened.dataSource.query<{ name: string }[]>(
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
      );
      const statements: string[] = [];
      for (const { name } of tables.filter((table) => table.name !== 'assent_migration')) {
        const [row] = await opened.dataSource.query<Record<string, string>[]>(`SHOW CREATE TABLE ${name}`);
        statements.push(`${row?.['Create Table']};\n`);
      }
      compare('schema.mariadb.sql', statements.join('\n'));
      const columns = await opened.dataSource.query<{ t: string; c: string }[]>(
        'SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2',
      );
      expect(columnsOfEntities(opened)).toEqual(byTable(columns));
    } finally {
      await opened.store.close();
      await database.drop();
    }
  });
});

describe('the schema on SQLite', () => {
  it('is the one that is checked in, and the one the entities describe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assent-schema-'));
    const opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: LEASE_MS });
    try {
      const tables = await opened.dataSource.query<{ name: string; sql: string }[]>(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT IN ('assent_migration', 'sqlite_sequence') ORDER BY tbl_name, name",
      );
      compare('schema.sqlite.sql', tables.map((table) => `${table.sql};\n`).join('\n'));
      const columns = await opened.dataSource.query<{ t: string; c: string }[]>(
        "SELECT t.name AS t, c.name AS c FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2",
      );
      expect(columnsOfEntities(opened)).toEqual(byTable(columns));
    } finally {
      await opened.store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function byTable(columns: readonly { readonly t: string; readonly c: string }[]): Record<string, string[]> {
  const ours = columns.filter(({ t }) => t !== 'assent_migration' && t !== 'sqlite_sequence');
  return Object.fromEntries(
    [...new Set(ours.map(({ t }) => t))].map((t) => [
      t,
      ours
        .filter((one) => one.t === t)
        .map(({ c }) => c)
        .sort(),
    ]),
  );
}
