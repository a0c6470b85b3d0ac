/** Which database a seed runs on: every tenth on the SQL of the SQLite adapter, in memory, the others on maps. */
import { type OpenBackend, openMemory, openSqlite } from '@assent/testing';

const EVERY_SO_MANY = 10;

let isSqliteThere: boolean | null = null;

/** False where the one SQLite driver that a simulation can use is missing. */
export function hasSqlite(): boolean {
  if (isSqliteThere !== null) return isSqliteThere;
  try {
    openSqlite(() => 0).close();
    isSqliteThere = true;
  } catch {
    isSqliteThere = false;
  }
  return isSqliteThere;
}

export function isOnSqlite(seed: number): boolean {
  return seed % EVERY_SO_MANY === 0 && hasSqlite();
}

export function backendOf(seed: number): OpenBackend {
  return isOnSqlite(seed) ? openSqlite : openMemory;
}
