/** Reads through the pool: the durable image of transactions, and the nodes. Safe to repeat, so every failure is `StoreUnavailableError`. */
import { type CommandRow, type Incarnation, type NodeRow, type StoredTransaction, StoreUnavailableError } from '@assent/engine';
import type { DataSource } from 'typeorm';
import { isStorableId } from '../limits.js';
import { inChunks } from '../rows.js';
import { type StoredRow, storedTransaction } from '../stored-row.js';
import { READ_NODES, readCommands, readDue, readMany, readOwned, readOwnedGids, readRemainingCommands, readWaiting } from './sql/index.js';
import { reasonOf } from './writer-connection.js';

/** Gids in one statement. */
const MAX_GIDS = 500;

export class MysqlReads {
  constructor(private readonly dataSource: DataSource) {}

  async one(gid: string): Promise<StoredTransaction | null> {
    return (await this.many([gid]))[0] ?? null;
  }

  async many(gids: readonly string[]): Promise<readonly StoredTransaction[]> {
    const possible = [...new Set(gids)].filter(isStorableId);
    const found: StoredTransaction[] = [];
    for (const chunk of inChunks(possible, MAX_GIDS)) found.push(...(await this.transactions(readMany(chunk))));
    return found;
  }

  due(nowMs: number, limit: number, fromMs?: number): Promise<readonly StoredTransaction[]> {
    return this.transactions(readDue(nowMs, limit, fromMs));
  }

  async waiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]> {
    const rows = await this.rows<{ gid: string }>(readWaiting(participant, afterGid, limit));
    return rows.map((row) => row.gid);
  }

  owned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]> {
    return this.transactions(readOwned(incarnation, limit));
  }

  async ownedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]> {
    const rows = await this.rows<{ gid: string }>(readOwnedGids(incarnation, limit));
    return rows.map((row) => row.gid);
  }

  async nodes(): Promise<readonly NodeRow[]> {
    const rows = await this.rows<NodeRow>(READ_NODES);
    return rows.map((row) => ({ ...row, flushes: Number(row.flushes) }));
  }

  commands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]> {
    return this.rows<CommandRow>(readCommands(incarnation, afterId, limit));
  }

  async remainingCommands(ids: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const chunk of inChunks(ids, MAX_GIDS)) {
      for (const { id } of await this.rows<{ id: string }>(readRemainingCommands(chunk))) found.push(id);
    }
    return found;
  }

  /** Runs a read of any kind; says in one way that the database is away. */
  async guarded<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (cause) {
      throw new StoreUnavailableError(`The database is not available: ${reasonOf(cause)}`, { cause });
    }
  }

  private async transactions(sql: string): Promise<readonly StoredTransaction[]> {
    return (await this.rows<StoredRow>(sql)).map(storedTransaction);
  }

  private rows<Row>(sql: string): Promise<readonly Row[]> {
    return this.guarded(() => this.dataSource.query<Row[]>(sql));
  }
}
