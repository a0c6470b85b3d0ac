/**
 * libsql made safe to use in place of better-sqlite3. Left alone it ends the whole process (a panic in native code) when a boolean, a date or an
 * object is bound or a closed connection is used, refuses a single `null`, ignores `readonly`, and answers blobs and rows in shapes of its own.
 * One difference is left: text is read back only up to a NUL character; where NUL may occur, select `CAST(column AS BLOB)`.
 */
import { existsSync } from 'node:fs';
import type { SqliteDatabase, SqliteDriver, SqliteDriverOptions, SqliteRunResult, SqliteStatement, SqliteValue } from './types.js';

interface LibsqlStatement {
  readonly reader: boolean;
  run(values: readonly unknown[]): SqliteRunResult;
  get(values: readonly unknown[]): Record<string, unknown> | undefined;
  all(values: readonly unknown[]): Record<string, unknown>[];
}

interface LibsqlDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): LibsqlStatement;
  exec(sql: string): unknown;
  pragma(source: string): unknown;
  close(): unknown;
}

export type LibsqlDriver = new (file: string, options?: { timeout?: number }) => LibsqlDatabase;

/** Wraps the class that libsql exports into one that keeps the promises of `SqliteDriver`. */
export function guardLibsql(libsql: LibsqlDriver): SqliteDriver {
  return class GuardedLibsql implements SqliteDatabase {
    private readonly inner: LibsqlDatabase;
    private open = true;

    constructor(file: string, options: SqliteDriverOptions = {}) {
      if (options.fileMustExist === true && !existsSync(file)) throw new Error(`There is no database file ${file}`);
      this.inner = new libsql(file, { timeout: options.timeout ?? 0 });
      if (options.readonly === true) this.inner.exec('PRAGMA query_only = ON');
    }

    get inTransaction(): boolean {
      return this.open && this.inner.inTransaction;
    }

    prepare(sql: string): SqliteStatement {
      return guardStatement(this.opened().prepare(sql), () => this.opened());
    }

    exec(sql: string): this {
      this.opened().exec(sql);
      return this;
    }

    pragma(source: string): unknown {
      return this.opened().pragma(source);
    }

    /** libsql keeps an open transaction, and its locks, until statements are collected: so it is ended first. Closing twice does nothing. */
    close(): void {
      if (!this.open) return;
      if (this.inner.inTransaction) this.inner.exec('ROLLBACK');
      this.open = false;
      this.inner.close();
    }

    private opened(): LibsqlDatabase {
      if (!this.open) throw new TypeError('The database connection is not open');
      return this.inner;
    }
  };
}

/** Statements of libsql outlive their connection, and would go on writing: better-sqlite3's do not. */
function guardStatement(inner: LibsqlStatement, mustBeOpen: () => unknown): SqliteStatement {
  const bound = (values: readonly unknown[]) => {
    mustBeOpen();
    return values.map(bindable);
  };
  return {
    reader: inner.reader,
    run: (...values) => inner.run(bound(values)),
    get: (...values) => {
      const row = inner.get(bound(values));
      if (row === undefined) return undefined;
      const { _metadata, ...columns } = row;
      return withBuffers(columns);
    },
    all: (...values) => inner.all(bound(values)).map(withBuffers),
  };
}

/** Lets through what libsql can bind, as a Buffer where it is bytes; throws the TypeError that better-sqlite3 would throw for the rest. */
function bindable(value: unknown): SqliteValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    case 'undefined':
      return null;
    default:
      if (value === null) return null;
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      throw new TypeError('SQLite3 can only bind numbers, strings, bigints, buffers, and null');
  }
}

function withBuffers(row: Record<string, unknown>): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) {
    if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') row[column] = Buffer.from(value as ArrayBuffer);
  }
  return row;
}
