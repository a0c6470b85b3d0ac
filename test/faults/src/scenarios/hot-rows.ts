/**
 * Deadlocks and lock waits on purpose: strangers lock the same rows in the other order, in the inventory and under the writer of the coordinator. They hold
 * so many locks that the server picks the other side as the victim.
 */
import mysql, { type Connection } from 'mysql2/promise';
import type { Ground } from '../campaign/index.js';
import { campaign, type Scenario } from './scenario.js';

/** Ballast: InnoDB rolls back the transaction with the fewer locks and changes. */
const ballastRows = 2_000;

async function stranger(ground: Ground, database: string, transaction: (connection: Connection) => Promise<void>): Promise<number> {
  const connection = await mysql.createConnection({ uri: `${ground.stack.mariadb.url}/${database}` });
  let rounds = 0;
  try {
    await connection.query('SET SESSION innodb_lock_wait_timeout = 1');
    while (ground.isOn) {
      await connection.query('BEGIN');
      // It may lose, too: then it was the victim.
      await transaction(connection).catch(() => undefined);
      await connection.query('ROLLBACK');
      rounds += 1;
      await ground.breathe(20, 150);
    }
  } finally {
    connection.destroy();
  }
  return rounds;
}

/** Services lock the stock in SKU order; this one does not. */
async function lockStockBackwards(ground: Ground, connection: Connection): Promise<void> {
  await connection.query(`SELECT gid FROM stock_movement LIMIT ${ballastRows} FOR UPDATE`);
  await connection.query(`SELECT sku FROM stock WHERE sku >= 'plenty-5' ORDER BY sku DESC LIMIT 4 FOR UPDATE`);
  await ground.breathe(5, 30);
  await connection.query(`SELECT sku FROM stock WHERE sku < 'plenty-5' ORDER BY sku DESC FOR UPDATE`);
}

/** A flush locks its node's row first and the transactions after it; this one does the opposite. */
async function lockTransactionsFirst(ground: Ground, connection: Connection): Promise<void> {
  await connection.query(`SELECT gid FROM global_transaction WHERE status IN ('committed', 'aborted') LIMIT ${ballastRows} FOR UPDATE`);
  await connection.query(`SELECT gid FROM global_transaction ORDER BY created_at DESC LIMIT 50 FOR UPDATE`);
  await ground.breathe(5, 30);
  await connection.query('SELECT incarnation FROM coordinator_node FOR UPDATE');
}

async function deadlocksSoFar(ground: Ground): Promise<number> {
  const [row] = await ground.stack.read('coordinator', `SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'`);
  return Number(row?.Value);
}

export const hotRows: Scenario = campaign('hot-rows', 'Strangers lock rows in the other order: deadlocks in the inventory and in flushes', {
  seed: 101,
  async harm(ground) {
    const before = await deadlocksSoFar(ground);
    const rounds = await Promise.all([
      stranger(ground, 'assent_inventory', (connection) => lockStockBackwards(ground, connection)),
      stranger(ground, 'assent', (connection) => lockTransactionsFirst(ground, connection)),
    ]);
    const deadlocks = (await deadlocksSoFar(ground)) - before;
    if (deadlocks === 0) ground.violated('the server saw no deadlock: nothing was tested');
    ground.count('deadlocks', deadlocks);
    ground.count('foreign locks held', rounds[0] + rounds[1]);
  },
});
