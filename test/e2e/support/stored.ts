/** Looks into a SQLite database beside its coordinator, to see what was really stored. */
import { join } from 'node:path';
import { sqliteDriver } from '@assent/sqlite';
import type { TestFolder } from './coordinators.js';

/** Gid and version of every transaction in the coordinator's file. */
export function storedVersions(folder: TestFolder): ReadonlyMap<string, number> {
  const driver = sqliteDriver();
  const database = new driver(join(folder.path, 'coordinator.sqlite'), { timeout: 1_000 });
  try {
    const rows = database.prepare('SELECT gid, version FROM global_transaction').all() as { gid: string; version: number }[];
    return new Map(rows.map(({ gid, version }) => [gid, version]));
  } finally {
    database.close();
  }
}
