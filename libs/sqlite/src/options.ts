/** The settings of a SQLite data source: WAL, and a commit that is on the disk when it returns. */
import { type SqliteDriverName, sqliteDriver } from './driver.js';
import type { SqliteDatabase, SqliteDriver } from './types.js';

/** The part of TypeORM's `BetterSqlite3DataSourceOptions` that is decided here. Spread it into a data source's options. */
export interface SqliteOptions {
  readonly type: 'better-sqlite3';
  readonly database: string;
  readonly driver: SqliteDriver;
  readonly enableWAL: true;
  readonly timeout: number;
  readonly prepareDatabase: (database: SqliteDatabase) => void;
}

/** How long a statement waits for a lock that another connection holds on the same file. */
const LOCK_WAIT_MS = 5_000;

/**
 * Options for a TypeORM data source on `file`. `synchronous = FULL`: every commit is fsynced. NORMAL would be ten times faster, and lose
 * the last commits when the power fails.
 */
export function sqliteOptions(file: string, preferred?: SqliteDriverName): SqliteOptions {
  return {
    type: 'better-sqlite3',
    database: file,
    driver: sqliteDriver(preferred),
    enableWAL: true,
    timeout: LOCK_WAIT_MS,
    prepareDatabase: (database) => database.pragma('synchronous = FULL'),
  };
}
