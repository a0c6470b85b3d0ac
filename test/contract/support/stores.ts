/** Every adapter of the port, opened for a test: what the contract suite runs over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outbox, ParticipantControlStore, TransactionSearch, TransactionStore } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import type { SqliteDriverName } from '@assent/sqlite';
import {
  AttentionEntity,
  MemoryDatabase,
  MemoryOutbox,
  MemoryParticipantControlStore,
  MemoryTransactionSearch,
  MemoryTransactionStore,
  type OpenedStore,
  openTransactionStore,
} from '@assent/store';
import { createTestDatabase, mariadbUrl } from '../../support/databases.js';

export const LEASE_MS = 5_000;

export interface StoreUnderTest {
  readonly store: TransactionStore;
  readonly outbox: Outbox;
  readonly search: TransactionSearch;
  readonly participants: ParticipantControlStore;
  attentionOf(gid: string): Promise<readonly Attention[]>;
  /** Closes the store and opens it again, as after a restart of the process. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

type Open = () => Promise<StoreUnderTest>;

const adapters: readonly (readonly [string, Open | null])[] = [
  ['in memory', openMemory],
  ['on SQLite by better-sqlite3', () => openSqlite('better-sqlite3')],
  ['on SQLite by libsql', () => openSqlite('libsql')],
  ['on MariaDB', mariadbUrl === null ? null : openMariadb],
];

/** The same tests over every adapter; each test gets a fresh store by `under()`. */
export function describeEveryStore(subject: string, tests: (under: () => StoreUnderTest) => void): void {
  for (const [name, open] of adapters) {
    const suite = open === null ? describe.skip : describe;
    suite(`${subject}, ${name}`, () => {
      let current: StoreUnderTest;
      beforeEach(async () => {
        current = await (open as Open)();
      });
      afterEach(() => current.dispose());
      tests(() => current);
    });
  }
}

async function openMemory(): Promise<StoreUnderTest> {
  const database = new MemoryDatabase(() => Date.now());
  const under = {
    store: new MemoryTransactionStore(database),
    outbox: new MemoryOutbox(database),
    search: new MemoryTransactionSearch(database),
    participants: new MemoryParticipantControlStore(database),
    attentionOf: async (gid: string) => database.attention.get(gid) ?? [],
    restart: async () => {
      await under.store.close();
      under.store = new MemoryTransactionStore(database);
    },
    dispose: () => under.store.close(),
  };
  return under;
}

async function openSqlite(sqliteDriver: SqliteDriverName): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-store-'));
  const options = { url: `sqlite:${join(folder, 'coordinator.sqlite')}`, leaseMs: LEASE_MS, sqliteDriver };
  return restartable(
    () => openTransactionStore(options),
    async () => rmSync(folder, { recursive: true, force: true }),
  );
}

async function openMariadb(): Promise<StoreUnderTest> {
  const database = await createTestDatabase();
  return restartable(
    () => openTransactionStore({ url: database.url, leaseMs: LEASE_MS }),
    () => database.drop(),
  );
}

async function restartable(open: () => Promise<OpenedStore>, cleanUp: () => Promise<void>): Promise<StoreUnderTest> {
  let opened = await open();
  const under = {
    store: opened.store,
    outbox: opened.outbox,
    search: opened.search,
    participants: opened.participants,
    async attentionOf(gid: string) {
      const rows = await opened.dataSource.getRepository(AttentionEntity).find({ where: { gid }, order: { branch: 'ASC', kind: 'ASC' } });
      return rows.map(({ gid: _gid, ...row }) => row);
    },
    async restart() {
      await opened.store.close();
      opened = await open();
      under.store = opened.store;
      under.outbox = opened.outbox;
      under.search = opened.search;
      under.participants = opened.participants;
    },
    async dispose() {
      await opened.store.close();
      await cleanUp();
    },
  };
  return under;
}
