/**
 * The adapter for SQLite, its statements and its tables, on a database in memory whose clock is the caller's: for simulations. Nothing is shared
 * between two of them, and nothing of one outlives it.
 */
import { noFailpoints } from '@assent/engine';
import {
  type SqliteDatabase,
  type SqliteDriver,
  type SqliteDriverName,
  type SqliteValue,
  sqliteDriver,
  sqliteOptions,
} from '@assent/sqlite';
import { DataSource } from 'typeorm';
import { entities, migrations, migrationsTableName } from '../schema/index.js';
import { SqliteTransactionStore } from './sqlite-transaction-store.js';

/** Only this driver lets a function of SQL be replaced, and a database be copied. */
const DRIVER: SqliteDriverName = 'better-sqlite3';

interface CopyableDatabase extends SqliteDatabase {
  function(name: string, options: { readonly varargs: true }, value: (...values: SqliteValue[]) => SqliteValue): unknown;
  serialize(): Buffer;
}

type OpensCopies = new (source: Buffer | string) => CopyableDatabase;

/** Makes databases in memory, each with the tables of all migrations and nothing in them. @param nowMs milliseconds since the epoch. */
export type OpensInMemory = (nowMs: () => number) => SqliteInMemory;

/** Runs the migrations once. @throws Error with one line where the driver cannot be loaded. */
export async function prepareSqliteInMemory(): Promise<OpensInMemory> {
  const dataSource = new DataSource({ ...sqliteOptions(':memory:', DRIVER), entities, migrations, migrationsTableName });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  const { databaseConnection } = dataSource.driver as typeof dataSource.driver & { readonly databaseConnection: CopyableDatabase };
  const tables = databaseConnection.serialize();
  await dataSource.destroy();
  return (nowMs) => new SqliteInMemory(tables, nowMs);
}

export class SqliteInMemory {
  private database: CopyableDatabase;
  private current: SqliteTransactionStore;

  /** @param content a database as `serialize` writes it. */
  constructor(
    content: Buffer,
    private readonly nowMs: () => number,
  ) {
    this.database = this.open(content);
    this.current = this.openStore();
  }

  /** Everything but the cold reads (attempts and audit of a transaction, policies). Another object after a restore. */
  get store(): SqliteTransactionStore {
    return this.current;
  }

  /** Keeps what is there, and answers how to go back to it. */
  snapshot(): () => void {
    const kept = this.database.serialize();
    return () => {
      this.database.close();
      this.database = this.open(kept);
      this.current = this.openStore();
    };
  }

  close(): void {
    this.database.close();
  }

  private open(source: Buffer): CopyableDatabase {
    const database = new (copies())(source);
    // What every statement asks for the time by.
    database.function('unixepoch', { varargs: true }, () => this.nowMs() / 1_000);
    return database;
  }

  private openStore(): SqliteTransactionStore {
    const { database } = this;
    const connection: SqliteDatabase = {
      get inTransaction() {
        return database.inTransaction;
      },
      prepare: (sql) => database.prepare(sql),
      exec: (sql) => database.exec(sql),
      pragma: (source) => database.pragma(source),
      // A database in memory lives as long as its only connection.
      close: () => undefined,
    };
    const neverRead = new DataSource(sqliteOptions(':memory:', DRIVER));
    return new SqliteTransactionStore(neverRead, () => connection, { release: () => undefined }, noFailpoints);
  }
}

function copies(): OpensCopies {
  return sqliteDriver(DRIVER) satisfies SqliteDriver as unknown as OpensCopies;
}
