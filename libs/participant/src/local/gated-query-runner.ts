/** A TypeORM query runner that goes through the gate: one for each check-out, so that everything TypeORM does keeps its turn. */
import type { BetterSqlite3QueryRunner as Runner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { TransactionOverError } from './errors.js';
import type { SqliteGate } from './sqlite-gate.js';

/** What can only read. Anything else waits for its turn: a wrong guess in that direction costs time, never safety. */
const READS = /^\s*SELECT\b/i;

export class GatedQueryRunner extends BetterSqlite3QueryRunner {
  private holdsTurn = false;

  constructor(private readonly gate: SqliteGate) {
    super(gate.driver);
  }

  override query(...statement: Parameters<Runner['query']>): ReturnType<Runner['query']> {
    if (this.isReleased) return Promise.reject(new TransactionOverError());
    if (this.holdsTurn) return this.gate.writer.query(...statement);
    if (this.gate.reader !== null && READS.test(statement[0])) return this.gate.reader.query(...statement);
    return this.gate.alone(() => this.gate.writer.query(...statement));
  }

  /** BEGIN IMMEDIATE: a deferred transaction that turns out to write could find the file locked after it has read. */
  override async startTransaction(...isolation: Parameters<Runner['startTransaction']>): Promise<void> {
    if (this.isTransactionActive) return super.startTransaction(...isolation);
    await this.gate.enter();
    this.holdsTurn = true;
    try {
      await this.broadcaster.broadcast('BeforeTransactionStart');
      await this.query('BEGIN IMMEDIATE');
    } catch (error) {
      this.end();
      throw error;
    }
    this.isTransactionActive = true;
    this.transactionDepth = 1;
    await this.broadcaster.broadcast('AfterTransactionStart');
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    if (!this.isTransactionActive) this.end();
  }

  override async rollbackTransaction(): Promise<void> {
    const outermost = this.transactionDepth === 1;
    try {
      await super.rollbackTransaction();
    } catch (error) {
      // SQLite ends a transaction by itself after some errors (disk full, I/O): then there is nothing left to roll back.
      if (!outermost || this.gate.inTransaction) throw error;
      this.isTransactionActive = false;
      this.transactionDepth = 0;
    } finally {
      if (outermost) this.end();
    }
  }

  override async release(): Promise<void> {
    if (this.holdsTurn) this.end();
    this.isReleased = true;
    await super.release();
  }

  /** Whatever is still open is rolled back by the next to enter. */
  private end(): void {
    if (!this.holdsTurn) return;
    this.holdsTurn = false;
    this.gate.leave();
  }
}
