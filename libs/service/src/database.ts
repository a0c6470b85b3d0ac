/** A service's own database: SQLite in a file, or MySQL/MariaDB by URL, through TypeORM. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { sqliteOptions } from '@assent/sqlite';
import mysql from 'mysql2/promise';
import type { DataSourceOptions, EntityManager, MixedList, QueryRunner } from 'typeorm';

export interface DatabaseParts {
  /** Classes, not globs. */
  readonly entities: MixedList<new () => object>;
  /** In the order in which they run, those of the libraries included. */
  readonly migrations: MixedList<new () => object>;
}

const poolSize = 20;
const connectTimeoutMs = 5_000;

/** Data source options for `sqlite:FILE`, `mysql://...` or `mariadb://...`; migrations run when it is opened. */
export function databaseOptions(url: string, parts: DatabaseParts): DataSourceOptions {
  const common = { entities: parts.entities, migrations: parts.migrations, migrationsRun: true };
  if (url.startsWith('sqlite:')) return { ...sqliteOptions(url.slice('sqlite:'.length)), ...common };
  return {
    ...common,
    type: url.startsWith('mariadb:') ? 'mariadb' : 'mysql',
    url,
    poolSize,
    charset: 'utf8mb4',
    timezone: 'Z',
    // BIGINT as a number: no amount or quantity of the shop leaves the safe integers.
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: connectTimeoutMs,
  };
}

/**
 * Sees to it that the database exists: the folder of a SQLite file, or the database of a server, where this user may create it. Throws an
 * error of one line that says what to do.
 */
export async function ensureDatabase(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) makeFolder(dirname(url.slice('sqlite:'.length)));
  else await createDatabase(url);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Error(`the folder "${folder}" for its database cannot be made; choose another one or free the name`, { cause });
  }
}

async function createDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const server = new URL(url);
  server.pathname = '/';
  server.protocol = 'mysql:';
  const connection = await mysql.createConnection({ uri: server.href, connectTimeout: connectTimeoutMs });
  try {
    const [rows] = await connection.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [name]);
    if ((rows as unknown[]).length === 0) await connection.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`);
  } catch (cause) {
    throw new Error(
      `Database "${name}" does not exist and this user may not create it: CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`,
      { cause },
    );
  } finally {
    await connection.end();
  }
}

/** Runs one UPDATE, INSERT or DELETE inside the local transaction of `manager` and returns how many rows it matched and changed. */
export async function changedRows(manager: EntityManager, sql: string, parameters: readonly (string | number | null)[]): Promise<number> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new Error('changedRows needs the entity manager of a local transaction');
  const { affected } = await runner.query(sql, [...parameters], true);
  return affected ?? 0;
}

/** True on SQLite, for the few statements that the dialects spell differently. */
export function isSqlite(runner: QueryRunner): boolean {
  return runner.dataSource.options.type === 'better-sqlite3';
}
