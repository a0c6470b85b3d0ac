/** What is not behind the port of transactions is the same on both databases: opened for a test, each on a database of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedStore, openTransactionStore } from '@assent/store';
import { createTestDatabase, mariadbUrl } from '../../support/databases.js';
import { LEASE_MS } from './stores.js';

interface Ground {
  readonly opened: OpenedStore;
  readonly drop: () => Promise<void>;
}

export type DatabaseName = 'SQLite' | 'MariaDB';

const databases: readonly (readonly [DatabaseName, (() => Promise<Ground>) | null])[] = [
  ['SQLite', onSqlite],
  ['MariaDB', mariadbUrl === null ? null : onMariadb],
];

/** The same tests over SQLite and MariaDB; each test gets a fresh database by `opened()`. */
export function describeEveryDatabase(subject: string, tests: (opened: () => OpenedStore, database: DatabaseName) => void): void {
  for (const [name, open] of databases) {
    const suite = open === null ? describe.skip : describe;
    suite(`${subject}, on ${name}`, () => {
      let ground: Ground;
      beforeEach(async () => {
        ground = await (open as () => Promise<Ground>)();
      });
      afterEach(async () => {
        await ground.opened.store.close();
        await ground.drop();
      });
      tests(() => ground.opened, name);
    });
  }
}

async function onSqlite(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-opened-'));
  const opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: LEASE_MS });
  return { opened, drop: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function onMariadb(): Promise<Ground> {
  const database = await createTestDatabase();
  return { opened: await openTransactionStore({ url: database.url, leaseMs: LEASE_MS }), drop: () => database.drop() };
}
