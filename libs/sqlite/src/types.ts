/** What both SQLite drivers have in common, in the shape of better-sqlite3: synchronous, positional parameters only. */

/** What may be bound. Booleans and dates are refused by both drivers: convert them first. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

export interface SqliteRunResult {
  /** Rows changed by this statement. */
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}

export interface SqliteStatement {
  /** True when the statement returns rows. */
  readonly reader: boolean;
  run(...values: readonly SqliteValue[]): SqliteRunResult;
  /** The first row, or `undefined`. Blobs come back as Buffers. */
  get(...values: readonly SqliteValue[]): unknown;
  all(...values: readonly SqliteValue[]): unknown[];
}

export interface SqliteDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  /** Runs `PRAGMA source` and returns its rows. */
  pragma(source: string): unknown;
  /** Ends an open transaction without committing it and gives up the file's locks. */
  close(): unknown;
}

export interface SqliteDriverOptions {
  readonly readonly?: boolean;
  readonly fileMustExist?: boolean;
  /** How long a statement waits for another connection's lock, in milliseconds. */
  readonly timeout?: number;
}

export type SqliteDriver = new (file: string, options?: SqliteDriverOptions) => SqliteDatabase;
