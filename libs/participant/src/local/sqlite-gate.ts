/**
 * One SQLite data source, made safe for interleaved work (DESIGN section 6, end). TypeORM shares one connection, so that a second
 * transaction would nest inside the first and die with it after it was answered, and a plain write would commit or vanish with
 * somebody else's transaction. Behind this gate the writing connection is lent to one whole transaction (or one plain statement) at a
 * time, in the order of asking, and plain reads use a second, read-only connection: they see what is committed, and wait for nobody.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SqliteDatabase, SqliteDriver } from '@assent/sqlite';
import type { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { OutsideTransactionError } from './errors.js';
import type { LocalTransactionLimits } from './limits.js';
import { Turns } from './turns.js';

/** Runs the statements of one connection; its prepared statements live as long as the connection. */
class ConnectionRunner extends BetterSqlite3QueryRunner {
  constructor(
    driver: BetterSqlite3Driver,
    private readonly own: SqliteDatabase,
  ) {
    super(driver);
  }

  override connect(): Promise<SqliteDatabase> {
    return Promise.resolve(this.own);
  }
}

export class SqliteGate {
  readonly driver: BetterSqlite3Driver;
  /** Only for the holder of the turn. */
  readonly writer: BetterSqlite3QueryRunner;
  /** `null` where a second connection would not see the same data: in memory, or without a write-ahead log. */
  readonly reader: BetterSqlite3QueryRunner | null;
  private readonly turns: Turns;
  private readonly readConnection: SqliteDatabase | null;
  private readonly inside = new AsyncLocalStorage<{ open: boolean }>();

  constructor(
    dataSource: DataSource,
    private readonly limits: LocalTransactionLimits,
  ) {
    this.driver = dataSource.driver as BetterSqlite3Driver;
    this.turns = new Turns(limits.maxWaiting);
    this.writer = new ConnectionRunner(this.driver, this.connection);
    this.readConnection = openReadConnection(this.driver);
    this.reader = this.readConnection === null ? null : new ConnectionRunner(this.driver, this.readConnection);
  }

  private get connection(): SqliteDatabase {
    return this.driver.databaseConnection as SqliteDatabase;
  }

  /** True while a transaction is open on the writing connection. */
  get inTransaction(): boolean {
    return this.connection.inTransaction;
  }

  /** Waits for the writing connection. Throws `LockWaitError`, `TooManyWaitingError`, or `OutsideTransactionError` when called from within `surround`. */
  async enter(): Promise<void> {
    if (this.inside.getStore()?.open === true) throw new OutsideTransactionError();
    await this.turns.take(this.limits.lockWaitMs);
    // Somebody may have sent a BEGIN of their own as a plain statement and never ended it.
    if (this.inTransaction) this.connection.exec('ROLLBACK');
  }

  /** Gives the writing connection to the next. */
  leave(): void {
    this.turns.give();
  }

  /** Runs one plain statement with the writing connection to itself. */
  async alone<T>(statement: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await statement();
    } finally {
      this.leave();
    }
  }

  /** Runs the work of a local transaction so that what it asks of the data source itself is refused at once, instead of waiting for itself. */
  surround<T>(work: () => Promise<T>): Promise<T> {
    const mark = { open: true };
    return this.inside.run(mark, work).finally(() => {
      mark.open = false;
    });
  }

  close(): void {
    this.readConnection?.close();
  }
}

function openReadConnection(driver: BetterSqlite3Driver): SqliteDatabase | null {
  const options = driver.options;
  const writing = driver.databaseConnection as SqliteDatabase;
  const mode = writing.prepare('PRAGMA journal_mode').get() as { journal_mode: string };
  if (mode.journal_mode !== 'wal' || Object.keys(driver.attachedDatabases).length > 0) return null;
  const Driver = driver.sqlite as SqliteDriver;
  const connection = new Driver(options.database, { readonly: true, timeout: options.timeout });
  connection.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get();
  return connection;
}
