/** Embedded SQLite: which of two drivers is used, and the settings under which a commit is durable. */
export { type SqliteDriverName, sqliteDriver } from './driver.js';
export { type SqliteOptions, sqliteOptions } from './options.js';
export type { SqliteDatabase, SqliteDriver, SqliteDriverOptions, SqliteRunResult, SqliteStatement, SqliteValue } from './types.js';
