/**
 * Which events a consumer has handled. The row goes in as the first statement of the local transaction that does the work: of two deliveries at once the
 * second waits for the first and then finds it there, and what is rolled back has not been handled.
 */
import type { EntityManager } from 'typeorm';
import type { LocalTransactions } from '../../local/index.js';

/** Tables, and the time that counts. A letter has none before it has ended. */
const PURGED = [
  ['outcome_inbox', 'handled_at'],
  ['outcome_newest', 'handled_at'],
  ['dead_letter', 'ended_at'],
] as const;
/** Rows purged in one transaction. */
const PURGE_BATCH = 1_000;
/** Batches in one purge, so that it ends; the rest is the next one's. */
const PURGE_BATCHES = 1_000;

export interface EventName {
  readonly gid: string;
  readonly version: number;
}

export class Inbox {
  constructor(
    private readonly transactions: LocalTransactions,
    private readonly now: () => number,
  ) {}

  /** False when this consumer has handled, or discarded, the event. Index: primary. */
  async enter(manager: EntityManager, consumer: string, { gid, version }: EventName): Promise<boolean> {
    const sql = 'INSERT INTO outcome_inbox (consumer, gid, version, handled_at) VALUES (?, ?, ?, ?)';
    return this.inserted(() => manager.query(sql, [consumer, gid, version, this.now()]));
  }

  /**
   * False when a newer event of the transaction has been handled. The row is locked from here to the end of the local transaction, so that two versions
   * are handled one after the other. Inserted first: an update that finds no row would lock the gap that others insert into. Index: primary.
   */
  async advance(manager: EntityManager, consumer: string, { gid, version }: EventName): Promise<boolean> {
    const insert = 'INSERT INTO outcome_newest (consumer, gid, version, handled_at) VALUES (?, ?, ?, ?)';
    if (await this.inserted(() => manager.query(insert, [consumer, gid, version, this.now()]))) return true;
    const update = 'UPDATE outcome_newest SET version = ?, handled_at = ? WHERE consumer = ? AND gid = ? AND version < ?';
    return (await changed(manager, update, [version, this.now(), consumer, gid, version])) === 1;
  }

  /** Forgets what was handled, and dead letters that ended, before `beforeMs`; a letter that waits stays. Returns how many rows went. */
  async purge(beforeMs: number): Promise<number> {
    let purged = 0;
    for (const [table, time] of PURGED) {
      for (let batch = 0; batch < PURGE_BATCHES; batch += 1) {
        const went = await this.transactions.run((manager) => changed(manager, this.purgeOf(table, time), [beforeMs, PURGE_BATCH]));
        purged += went;
        if (went < PURGE_BATCH) break;
      }
    }
    return purged;
  }

  private async inserted(insert: () => Promise<unknown>): Promise<boolean> {
    try {
      await insert();
      return true;
    } catch (error) {
      if (this.transactions.dialect.kindOf(error) === 'duplicate') return false;
      throw error;
    }
  }

  /** Index: on the time of each table. */
  private purgeOf(table: string, time: string): string {
    return this.transactions.dialect.name === 'sqlite'
      ? `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${time} < ? LIMIT ?)`
      : `DELETE FROM ${table} WHERE ${time} < ? ORDER BY ${time} LIMIT ?`;
  }
}

/** The number of rows a statement changed, which the drivers tell in different ways. */
async function changed(manager: EntityManager, sql: string, values: unknown[]): Promise<number> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new Error('a local transaction has no query runner');
  const { affected } = await runner.query(sql, values, true);
  return affected ?? 0;
}
