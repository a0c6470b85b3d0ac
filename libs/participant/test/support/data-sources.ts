/** The same suite on each database a participant may have: SQLite by both drivers, and MariaDB. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SqliteDriverName, sqliteOptions } from '@assent/sqlite';
import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { createTestDatabase, describeOnMariadb } from '../../../../test/support/databases.js';
import { participantMigrations } from '../../src/index.js';

/** A little business: every handler that takes effect writes a row; a seat can be taken once. */
class CreateEffects1764000000001 implements MigrationInterface {
  readonly name = 'CreateEffects1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE effect (gid VARCHAR(80) NOT NULL, branch VARCHAR(80) NOT NULL, op VARCHAR(16) NOT NULL)');
    await runner.query('CREATE TABLE seat (name VARCHAR(80) NOT NULL PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE effect');
    await runner.query('DROP TABLE seat');
  }
}

export const migrations = [...participantMigrations, CreateEffects1764000000001];

export interface OpenedDatabase {
  readonly options: DataSourceOptions;
  drop(): Promise<void>;
}

export type OpenDatabase = (more?: Partial<DataSourceOptions>) => Promise<OpenedDatabase>;

export function openSqlite(driver?: SqliteDriverName): OpenDatabase {
  return async (more = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'assent-participant-'));
    const options = { ...sqliteOptions(join(folder, 'data.sqlite'), driver), migrations, migrationsRun: true, ...more };
    return { options: options as DataSourceOptions, drop: async () => rmSync(folder, { recursive: true, force: true }) };
  };
}

export const openMariadb: OpenDatabase = async (more = {}) => {
  const database = await createTestDatabase('assent_participant');
  const options = { type: 'mariadb', url: database.url, migrations, migrationsRun: true, poolSize: 20, ...more };
  return { options: options as DataSourceOptions, drop: () => database.drop() };
};

/** Runs a suite on every database. */
export function describeOnEachDatabase(title: string, suite: (open: OpenDatabase, database: 'sqlite' | 'mariadb') => void): void {
  describe(`${title} (SQLite by better-sqlite3)`, () => suite(openSqlite('better-sqlite3'), 'sqlite'));
  describe(`${title} (SQLite by libsql)`, () => suite(openSqlite('libsql'), 'sqlite'));
  describeOnMariadb(`${title} (MariaDB)`, () => suite(openMariadb, 'mariadb'));
}

/** An initialized data source of its own; `close` ends it and removes the data. */
export async function openDataSource(
  open: OpenDatabase,
  more?: Partial<DataSourceOptions>,
): Promise<{ dataSource: DataSource; close: () => Promise<void> }> {
  const database = await open(more);
  const dataSource = await new DataSource(database.options).initialize();
  return {
    dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
