/** How busy the connections for reads are. */
import type { Pool } from 'mysql2';
import type { DataSource, Driver } from 'typeorm';

export interface PoolLoad {
  readonly open: number;
  readonly idle: number;
  /** Reads that wait for a connection. */
  readonly waiting: number;
}

/** What mysql2 keeps of a pool; it has no other way to ask. */
interface PoolQueues {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}

/** The load of the pool of MySQL or MariaDB; `null` on SQLite, which has no pool. */
export function poolLoad(dataSource: DataSource): PoolLoad | null {
  const { pool } = dataSource.driver as Driver & { readonly pool?: Pool & Partial<PoolQueues> };
  if (pool?._allConnections === undefined) return null;
  return {
    open: pool._allConnections.length,
    idle: pool._freeConnections?.length ?? 0,
    waiting: pool._connectionQueue?.length ?? 0,
  };
}
