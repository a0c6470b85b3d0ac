/**
 * The sessions of the pool, which reads go through: set up before their first use, and given up when they are silent. The driver's own time-out
 * of a query leaves the connection in the pool, and whatever comes next waits behind the query that is never answered.
 */
import type { Socket } from 'node:net';
import type { Pool, PoolConnection } from 'mysql2';
import type { DataSource, Driver } from 'typeorm';
import { POOL_SESSION_SETUP } from './session.js';

/** A read that takes longer is given up, in milliseconds, however short the lease is. */
const SHORTEST_SILENCE_MS = 5_000;

/** Prepares the connection that `initialize` has opened already, and every later one. Throws what the driver throws. */
export async function preparePool(dataSource: DataSource, leaseMs: number): Promise<void> {
  const { pool } = dataSource.driver as Driver & { readonly pool: Pool };
  const silenceMs = Math.max(SHORTEST_SILENCE_MS, 2 * leaseMs);
  pool.on('connection', (connection) => {
    endWhenSilent(connection, silenceMs);
    connection.query(POOL_SESSION_SETUP);
  });
  await new Promise<void>((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) {
        reject(error);
        return;
      }
      endWhenSilent(connection, silenceMs);
      connection.query(POOL_SESSION_SETUP, (refusal) => {
        connection.release();
        if (refusal) reject(refusal);
        else resolve();
      });
    });
  });
}

/** Closes a connection on which nothing has been heard or said for so long: what waits on it fails, and the pool opens another when one is needed. */
function endWhenSilent(connection: PoolConnection, silenceMs: number): void {
  const { stream } = connection as PoolConnection & { readonly stream: Socket };
  stream.setTimeout(silenceMs, () => stream.destroy(new Error(`no answer within ${silenceMs} ms`)));
}
