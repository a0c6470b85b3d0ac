/**
 * Transactions of administration, beside the writer's. On SQLite all of TypeORM shares one connection, where a second transaction would nest inside the
 * first and die with it after it was answered: there they take turns, and each has the write lock from its first statement, so that it never reads
 * what it cannot write any more.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { isCollision } from './refusals.js';

/** Two that change the same rows may collide; whoever loses so often meets more than bad luck. */
const MOST_TRIES = 3;

const turns = new WeakMap<DataSource, Promise<unknown>>();

/**
 * All of `work`, or nothing and its error. Within it, write by `manager.insert`, `update` and `delete`: `save` opens a transaction of its own.
 * Nothing else may be awaited in it than the database, for it may run again after a collision (1213, 1205, 1020).
 */
export async function inTransaction<Result>(dataSource: DataSource, work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
  if (!isSqlite(dataSource)) return again(() => dataSource.transaction('READ COMMITTED', work));
  const before = turns.get(dataSource) ?? Promise.resolve();
  const turn = before.then(() => immediately(dataSource, work));
  turns.set(
    dataSource,
    turn.catch(() => undefined),
  );
  return turn;
}

/**
 * A single write. On SQLite it takes its turn as well: in between it would land in somebody else's transaction, and be gone with it after it was answered.
 * Elsewhere it has a connection of its own, and needs no transaction.
 */
export function inTurn<Result>(dataSource: DataSource, write: (manager: EntityManager) => Promise<Result>): Promise<Result> {
  return isSqlite(dataSource) ? inTransaction(dataSource, write) : write(dataSource.manager);
}

async function again<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= MOST_TRIES || !isCollision(error)) throw error;
    }
  }
}

async function immediately<Result>(dataSource: DataSource, work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  await runner.query('BEGIN IMMEDIATE');
  try {
    const result = await work(runner.manager);
    await runner.query('COMMIT');
    return result;
  } catch (error) {
    await runner.query('ROLLBACK');
    throw error;
  } finally {
    await runner.release();
  }
}

function isSqlite({ options }: DataSource): boolean {
  return options.type === 'better-sqlite3';
}
