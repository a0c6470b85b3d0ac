/** Runs the migrations, one node at a time: several that boot at once would run the same DDL side by side. */
import { StoreUnavailableError } from '@assent/engine';
import type { DataSource } from 'typeorm';
import type { WriterConnection } from './writer-connection.js';

/** How long one node waits for another's migrations, in seconds. */
const LOCK_WAIT_S = 60;
/** Named per database; lock names belong to the whole server and have at most 64 characters. */
const LOCK_NAME = "CONCAT('assent-migrate-',SHA1(DATABASE()))";

/**
 * The lock lives and dies with `connection`, so that a killed node blocks nobody.
 * @throws StoreUnavailableError when another node holds the lock for too long.
 */
export async function migrate(dataSource: DataSource, connection: WriterConnection): Promise<void> {
  const [row] = (await connection.send(`SELECT GET_LOCK(${LOCK_NAME},${LOCK_WAIT_S}) AS taken`)) as readonly { taken: number | null }[];
  if (row?.taken !== 1) throw new StoreUnavailableError(`Another node has been migrating this database for more than ${LOCK_WAIT_S} s`);
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await connection.send(`DO RELEASE_LOCK(${LOCK_NAME})`);
  }
}
