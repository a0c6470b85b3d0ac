/** Reads a SQLite file of a process that is running, without touching it. */
import { type SqliteValue, sqliteDriver } from '@assent/sqlite';

/** Runs one query on a read-only connection. */
export function readSqlite(file: string, sql: string, values: readonly SqliteValue[]): readonly Record<string, unknown>[] {
  const driver = sqliteDriver();
  const database = new driver(file, { readonly: true, timeout: 5_000 });
  try {
    return database.prepare(sql).all(...values) as Record<string, unknown>[];
  } finally {
    database.close();
  }
}
