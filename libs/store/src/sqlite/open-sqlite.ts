/** Opens a SQLite file for the one coordinator that may use it. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Failpoints, noFailpoints, type Outbox } from '@assent/engine';
import { type SqliteDatabase, type SqliteDriver, type SqliteDriverName, sqliteDriver, sqliteOptions } from '@assent/sqlite';
import { DataSource } from 'typeorm';
import { entities, migrations, migrationsTableName } from '../schema/index.js';
import { lockFile } from './file-lock.js';
import { SqliteTransactionStore } from './sqlite-transaction-store.js';

export interface SqliteFile {
  readonly file: string;
  /** Without it: better-sqlite3 where it was built, else libsql. */
  readonly driver?: SqliteDriverName;
  /** Default: none. */
  readonly failpoints?: Failpoints;
}

export interface OpenedSqlite {
  readonly store: SqliteTransactionStore;
  readonly outbox: Outbox;
  readonly dataSource: DataSource;
  readonly dialect: 'sqlite';
  readonly advice: readonly string[];
}

/** Creates folder and file where they are missing, the file for its owner only. @throws Error with one line when another coordinator has the file, or it cannot be used. */
export async function openSqlite({ file, driver: preferred, failpoints = noFailpoints }: SqliteFile): Promise<OpenedSqlite> {
  mkdirSync(dirname(file), { recursive: true });
  const driver = sqliteDriver(preferred);
  const lock = lockFile(driver, file);
  let dataSource: DataSource | null = null;
  try {
    createForOwner(file);
    dataSource = await new DataSource({ ...sqliteOptions(file, preferred), entities, migrations, migrationsTableName }).initialize();
    await dataSource.runMigrations({ transaction: 'each' });
    const store = new SqliteTransactionStore(dataSource, () => openWriter(driver, file), lock, failpoints);
    return { store, outbox: store.outbox(), dataSource, dialect: 'sqlite', advice: [] };
  } catch (cause) {
    await dataSource?.destroy();
    lock.release();
    throw new Error(`The SQLite file ${file} cannot be used: ${messageOf(cause)}`, { cause });
  }
}

/**
 * The file holds payloads and signing keys, so that a new one is for its owner only; one that is there keeps its mode. SQLite gives the files that it lays
 * beside it the mode of the file itself.
 */
function createForOwner(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}

/** A native driver is loaded once per process and may make its errors in another realm, where `instanceof Error` does not know them. */
function messageOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause);
}

/** No lock wait: a statement that waits would stop the whole process, the holder of the lock included. */
function openWriter(driver: SqliteDriver, file: string): SqliteDatabase {
  const database = new driver(file, { timeout: 0 });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}
