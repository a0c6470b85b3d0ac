/**
 * One coordinator per SQLite file, held by an open EXCLUSIVE transaction on `<file>.lock`. It dies with the process, however that
 * ends, so that no stale lock has to be judged.
 */
import type { SqliteDriver } from '@assent/sqlite';

export interface FileLock {
  release(): void;
}

/** @throws Error with one line when another process (or another store of this one) holds the file. */
export function lockFile(driver: SqliteDriver, file: string): FileLock {
  const holder = new driver(`${file}.lock`, { timeout: 0 });
  try {
    holder.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    holder.close();
    throw new Error(`Another coordinator is using ${file}; stop it, or give this one a file of its own`, { cause });
  }
  return { release: () => holder.close() };
}
