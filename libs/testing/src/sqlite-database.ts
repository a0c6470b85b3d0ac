/** A SQLite database of a suite's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDatabase {
  /** `sqlite:FILE`, or the URL of a database on a server. */
  readonly url: string;
  /** Removes it; close what is connected first. */
  drop(): Promise<void>;
}

/** The file is made by whoever opens it first. */
export async function createSqliteDatabase(): Promise<TemporaryDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-sqlite-'));
  return { url: `sqlite:${join(folder, 'test.sqlite')}`, drop: async () => rmSync(folder, { recursive: true, force: true }) };
}
