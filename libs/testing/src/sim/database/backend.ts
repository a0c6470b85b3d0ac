/** What stands in for a database: a real adapter of the store over something that lives in memory. */
import type { TransactionStore } from '@assent/engine';
import { MemoryDatabase, MemoryTransactionStore, prepareSqliteInMemory } from '@assent/store';

export interface Backend {
  /** Carries out every operation at once: without I/O, in microtasks only. */
  readonly store: Omit<TransactionStore, 'readPolicies'>;
  /** Keeps what is there, and answers how to go back to it. */
  snapshot(): () => void;
  close(): void;
}

/** Makes a backend whose clock shows `nowMs`: milliseconds since the epoch. */
export type OpenBackend = (nowMs: () => number) => Backend;

/** The adapter for SQLite over tables in memory. Throws where its driver cannot be loaded. */
export function prepareSqlite(): Promise<OpenBackend> {
  return prepareSqliteInMemory();
}

export const openMemory: OpenBackend = (nowMs) => {
  const database = new MemoryDatabase(nowMs);
  const tables = [database.transactions, database.nodes, database.attention, database.attempts, database.audit, database.commands] as Map<
    string,
    unknown
  >[];
  return {
    store: new MemoryTransactionStore(database),
    snapshot: () => {
      const copies = tables.map((table) => new Map(table));
      return () => {
        for (const [index, table] of tables.entries()) restore(table, copies[index]!);
      };
    },
    close: () => undefined,
  };
};

function restore(table: Map<string, unknown>, copy: ReadonlyMap<string, unknown>): void {
  table.clear();
  for (const [key, row] of copy) table.set(key, row);
}
