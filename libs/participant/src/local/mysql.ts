/** Local transactions on MySQL and MariaDB: one pooled connection each. */
import type { DataSource, QueryRunner } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import type { Dialect, ErrorKind } from './dialect.js';
import type { LocalTransactionLimits } from './limits.js';

interface PooledConnection {
  destroy(): void;
}

/** Server error numbers: https://mariadb.com/kb/en/mariadb-error-code-reference/. 1020 comes from MariaDB's snapshot isolation. */
const kinds: Readonly<Record<number, ErrorKind>> = { 1062: 'duplicate', 1205: 'lock_wait', 1213: 'conflict', 1020: 'conflict' };

export function openMysql(_dataSource: DataSource, limits: LocalTransactionLimits): Dialect {
  const prepared = new WeakSet<object>();
  const lockWaitSeconds = Math.max(1, Math.ceil(limits.lockWaitMs / 1000));
  return {
    name: 'mysql',
    kindOf,
    async prepare(runner) {
      const connection = (await runner.connect()) as object;
      if (prepared.has(connection)) return;
      await runner.query(`SET SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}`);
      prepared.add(connection);
    },
    surround: (work) => work(),
    discard,
  };
}

async function discard(runner: QueryRunner): Promise<void> {
  ((await runner.connect()) as PooledConnection).destroy();
}

function kindOf(error: unknown): ErrorKind {
  if (!(error instanceof QueryFailedError)) return 'other';
  const { errno, fatal } = error.driverError as { errno?: number; fatal?: boolean };
  if (fatal === true) return 'over';
  return kinds[errno ?? 0] ?? 'other';
}
