/**
 * `TransactionStore` on an embedded SQLite file. It has a connection of its own, beside TypeORM's: a flush begins and commits without
 * a pause, so it can neither nest inside another transaction nor be torn by one. A commit is on the disk when `flush` answers.
 */
import {
  type AttemptRow,
  type AuditRow,
  type CommandRow,
  type Failpoints,
  type FlushBatch,
  type FlushResult,
  type Incarnation,
  type NodeRow,
  type StoredTransaction,
  StoreUnavailableError,
  type TransactionStore,
  type Witness,
} from '@assent/engine';
import type { Policy } from '@assent/protocol';
import type { SqliteDatabase } from '@assent/sqlite';
import type { DataSource } from 'typeorm';
import { readAttempts, readAudit, readPolicies } from '../cold-reads.js';
import { type StoredRow, storedTransaction } from '../stored-row.js';
import { witnessOf } from '../witness.js';
import type { FileLock } from './file-lock.js';
import { applyBatch, UnstorableRowError } from './flush.js';
import { SqliteOutbox } from './sqlite-outbox.js';
import { prepareStatements, type SqliteStatements } from './statements.js';

interface SqliteError extends Error {
  readonly code?: string;
}

async function available<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`The database file is not available: ${(cause as Error).message}`, { cause });
}

export class SqliteTransactionStore implements TransactionStore {
  private database: SqliteDatabase;
  private statements: SqliteStatements;
  private closed = false;

  /**
   * @param open opens the writer's connection; called again when it is in an unknown state.
   * @param lock held until `close`.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly open: () => SqliteDatabase,
    private readonly lock: FileLock,
    private readonly failpoints: Failpoints,
  ) {
    this.database = open();
    this.statements = prepareStatements(this.database);
  }

  /** The events in the same file, over the same connection. */
  outbox(): SqliteOutbox {
    return new SqliteOutbox({
      read: (work) => this.reading(() => work(this.statements)),
      write: (work) => this.transaction(work),
    });
  }

  async enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }> {
    return this.transaction((statements) => {
      statements.declarePredecessors.run(node.name, node.incarnation);
      const row = statements.node.get(node.incarnation) as NodeRow | undefined;
      if (row === undefined) statements.enter.run(node.incarnation, node.name);
      return { nowMs: this.nowMs() };
    });
  }

  async leave(incarnation: Incarnation): Promise<void> {
    this.transaction((statements) => statements.leave.run(incarnation));
  }

  async flush(batch: FlushBatch): Promise<FlushResult> {
    const { database, statements } = this;
    try {
      database.exec('BEGIN IMMEDIATE');
      const applied = applyBatch(statements, batch, this.failpoints);
      if (applied === null) {
        database.exec('ROLLBACK');
        return { kind: 'fenced', message: 'the node is not alive, or this is not its next flush' };
      }
      return this.commit() ?? { kind: 'committed', ...applied };
    } catch (cause) {
      if (database.inTransaction) database.exec('ROLLBACK');
      return this.refusal(batch, cause as SqliteError);
    }
  }

  async settle(incarnation: Incarnation, flushes: number): Promise<Witness> {
    this.reopen();
    return this.transaction((statements) => {
      const witness = witnessOf(statements.node.get(incarnation) as NodeRow | undefined, flushes, this.nowMs());
      if (witness.kind === 'not_committed') statements.skipFlush.run(witness.flushes, incarnation);
      return witness;
    });
  }

  async read(gid: string): Promise<StoredTransaction | null> {
    return (await this.readMany([gid]))[0] ?? null;
  }

  async readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]> {
    return this.reading(() => [...new Set(gids)].flatMap((gid) => (this.statements.read.all(gid) as StoredRow[]).map(storedTransaction)));
  }

  async readAttempts(gid: string): Promise<readonly AttemptRow[]> {
    return available(() => readAttempts(this.dataSource, gid));
  }

  async readAudit(gid: string): Promise<readonly AuditRow[]> {
    return available(() => readAudit(this.dataSource, gid));
  }

  async findAudit(ids: readonly string[]): Promise<readonly AuditRow[]> {
    return this.reading(() => ids.flatMap((id) => this.statements.audited.all(id) as AuditRow[]));
  }

  async readDue(nowMs: number, limit: number, fromMs = 0): Promise<readonly StoredTransaction[]> {
    return this.reading(() =>
      (this.statements.due.all(Math.round(fromMs), Math.round(nowMs), limit) as StoredRow[]).map(storedTransaction),
    );
  }

  async readWaiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]> {
    return this.reading(() => (this.statements.waiting.all(participant, afterGid, limit) as { gid: string }[]).map((row) => row.gid));
  }

  async readOwned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]> {
    return this.reading(() => (this.statements.owned.all(incarnation, limit) as StoredRow[]).map(storedTransaction));
  }

  async readOwnedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]> {
    return this.reading(() => (this.statements.ownedGids.all(incarnation, limit) as { gid: string }[]).map((row) => row.gid));
  }

  async readNodes(): Promise<readonly NodeRow[]> {
    return this.reading(() => this.statements.nodes.all() as NodeRow[]);
  }

  async readCommands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]> {
    return this.reading(() => this.statements.commands.all(afterId, incarnation, limit) as CommandRow[]);
  }

  async readRemainingCommands(ids: readonly string[]): Promise<readonly string[]> {
    return this.reading(() => ids.filter((id) => this.statements.hasCommand.get(id) !== undefined));
  }

  async readPolicies(): Promise<readonly Policy[]> {
    return available(() => readPolicies(this.dataSource));
  }

  /** Closes both connections and gives up the file. */
  async close(): Promise<void> {
    this.closed = true;
    this.database.close();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    this.lock.release();
  }

  private nowMs(): number {
    return (this.statements.now.get() as { nowMs: number }).nowMs;
  }

  /** @returns what went wrong, or `null`. Busy and full are answers: nothing was written. An I/O error within COMMIT leaves it open. */
  private commit(): FlushResult | null {
    try {
      this.database.exec('COMMIT');
      return null;
    } catch (cause) {
      const { code = '', message } = cause as SqliteError;
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      return { kind: /BUSY|FULL/.test(code) ? 'retryable' : 'unknown', message };
    }
  }

  private refusal(batch: FlushBatch, { code = '', message, name }: SqliteError): FlushResult {
    if (name === UnstorableRowError.name) return { kind: 'data_error', message };
    if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE') {
      const gids = batch.begins.map((row) => row.gid).filter((gid) => this.statements.exists.get(gid) !== undefined);
      return gids.length > 0 ? { kind: 'duplicate', gids } : { kind: 'data_error', message };
    }
    return { kind: /CONSTRAINT|TOOBIG|MISMATCH|RANGE/.test(code) ? 'data_error' : 'retryable', message };
  }

  /** All of `work`, or nothing and an error. */
  private transaction<Result>(work: (statements: SqliteStatements) => Result): Result {
    return this.reading(() => {
      try {
        this.database.exec('BEGIN IMMEDIATE');
        const result = work(this.statements);
        this.database.exec('COMMIT');
        return result;
      } catch (cause) {
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
        throw cause;
      }
    });
  }

  private reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  /** A fresh connection reads what is in the file, whatever the old one believed. */
  private reopen(): void {
    this.reading(() => {
      if (this.closed) throw new Error('the store is closed');
      this.database.close();
      this.database = this.open();
      this.statements = prepareStatements(this.database);
    });
  }
}
