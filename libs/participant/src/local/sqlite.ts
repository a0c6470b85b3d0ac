/** Local transactions on SQLite: the data source is put behind a gate. */
import type { DataSource } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import type { Dialect, ErrorKind } from './dialect.js';
import { LockWaitError } from './errors.js';
import { GatedQueryRunner } from './gated-query-runner.js';
import type { LocalTransactionLimits } from './limits.js';
import { SqliteGate } from './sqlite-gate.js';

/**
 * Puts a data source behind a gate: from here on everything TypeORM does with it (repositories, query builders, `transaction`, migrations)
 * waits for its turn or reads from the second connection.
 */
export function openSqlite(dataSource: DataSource, limits: LocalTransactionLimits): Dialect {
  const gate = new SqliteGate(dataSource, limits);
  const { driver } = gate;
  driver.createQueryRunner = () => new GatedQueryRunner(gate);
  const disconnect = driver.disconnect.bind(driver);
  driver.disconnect = async () => {
    gate.close();
    await disconnect();
  };
  return {
    name: 'sqlite',
    kindOf: (error) => kindOf(error, gate),
    prepare: () => Promise.resolve(),
    surround: (work) => gate.surround(work),
    discard: () => Promise.resolve(),
  };
}

function kindOf(error: unknown, gate: SqliteGate): ErrorKind {
  if (error instanceof LockWaitError) return 'lock_wait';
  if (!(error instanceof QueryFailedError)) return 'other';
  const { code } = error.driverError as { code?: string };
  if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return 'duplicate';
  // Another process holds the file.
  if (code?.startsWith('SQLITE_BUSY') === true) return 'lock_wait';
  return gate.inTransaction ? 'other' : 'over';
}
