/** What the two kinds of database do differently around a local transaction. */
import type { DataSource, QueryRunner } from 'typeorm';
import type { LocalTransactionLimits } from './limits.js';

/**
 * What an error of a statement means for its transaction.
 * `duplicate`: the row is there, the transaction lives. `lock_wait`: a lock was not to be had; roll back. `conflict`: the database gave up this
 * transaction in favour of others, the whole of it may be run again. `over`: the transaction is gone. `other`: it is up to the caller.
 */
export type ErrorKind = 'duplicate' | 'lock_wait' | 'conflict' | 'over' | 'other';

export interface Dialect {
  readonly name: 'mysql' | 'sqlite';
  kindOf(error: unknown): ErrorKind;
  /** Called with a runner that has its connection, before BEGIN. */
  prepare(runner: QueryRunner): Promise<void>;
  /** Runs the work between BEGIN and COMMIT. */
  surround<T>(work: () => Promise<T>): Promise<T>;
  /** Ends a connection whose transaction could not be rolled back, so that nobody inherits it. */
  discard(runner: QueryRunner): Promise<void>;
}

export type OpenDialect = (dataSource: DataSource, limits: LocalTransactionLimits) => Dialect;
