/**
 * Local transactions of one data source, for branches and for everything else a service writes. On MySQL and MariaDB each takes a pooled
 * connection; on SQLite they take turns. Whatever the work does, nothing of it outlives a rollback: an error that ended the
 * transaction inside the database makes every later statement fail, even when the work has swallowed that error.
 */
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Dialect } from './dialect.js';
import { CommitFailedError, LockWaitError, TransactionOverError, WorkTooLongError } from './errors.js';
import { defaultLimits, type LocalTransactionLimits } from './limits.js';
import { openMysql } from './mysql.js';
import { openSqlite } from './sqlite.js';

/** How the work of a unit wants it to end. `value` is returned either way, after COMMIT or ROLLBACK has returned. */
export interface Ending<T> {
  readonly end: 'commit' | 'rollback';
  readonly value: T;
}

/** A transaction the database gave up (1213, 1020, 1205) is run again at most three times (DESIGN section 6). */
const MAX_RUNS = 1 + 3;

const known = new WeakMap<DataSource, LocalTransactions>();

export class LocalTransactions {
  private constructor(
    private readonly dataSource: DataSource,
    readonly dialect: Dialect,
    private readonly limits: LocalTransactionLimits,
  ) {}

  /**
   * The local transactions of a data source, always the same object; the limits of the first call count. On SQLite the data source is put
   * behind its gate by this. The data source must be initialized. Throws when its type is neither MySQL, MariaDB nor better-sqlite3.
   */
  static of(dataSource: DataSource, limits: Partial<LocalTransactionLimits> = {}): LocalTransactions {
    const present = known.get(dataSource);
    if (present !== undefined) return present;
    const bounds = { ...defaultLimits, ...limits };
    const transactions = new LocalTransactions(dataSource, open(dataSource, bounds), bounds);
    known.set(dataSource, transactions);
    return transactions;
  }

  /**
   * Runs `work` in one local transaction and returns its value once COMMIT has returned. The work may run again (at most three times) when
   * the database gives it up in a deadlock, so it must do nothing but write through its manager. Throws what the work throws, after
   * ROLLBACK; `CommitFailedError`; `LockWaitError` and `TooManyWaitingError` when it did not get its turn; `WorkTooLongError`.
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.unit(async (manager) => ({ end: 'commit', value: await work(manager) }));
  }

  /** As `run`, for work that says itself whether to commit. */
  async unit<T>(work: (manager: EntityManager) => Promise<Ending<T>>): Promise<T> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        const kind = this.dialect.kindOf(error);
        const again = kind === 'conflict' || (kind === 'lock_wait' && this.dialect.name === 'mysql');
        if (!again || run === MAX_RUNS) throw error;
      }
    }
  }

  private async once<T>(work: (manager: EntityManager) => Promise<Ending<T>>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await this.dialect.prepare(runner);
      await runner.startTransaction();
      const watch = watchStatements(runner, this.dialect);
      const ending = await this.carryOut(runner, watch, work);
      watch.end();
      if (ending.end === 'rollback') await this.rollBack(runner);
      else await this.commit(runner);
      return ending.value;
    } finally {
      await runner.release();
    }
  }

  private async carryOut<T>(runner: QueryRunner, watch: Watch, work: (manager: EntityManager) => Promise<Ending<T>>): Promise<Ending<T>> {
    try {
      const ending = await within(
        this.limits.workMs,
        this.dialect.surround(() => work(runner.manager)),
      );
      if (watch.fatal !== null) throw watch.fatal;
      return ending;
    } catch (error) {
      watch.end();
      await this.rollBack(runner);
      // A wait for a barrier row is told apart from a wait inside the work: only the latter is worth another run.
      throw error instanceof LockWaitError ? error : (watch.fatal ?? error);
    }
  }

  private async commit(runner: QueryRunner): Promise<void> {
    try {
      await runner.commitTransaction();
    } catch (cause) {
      await this.rollBack(runner);
      throw new CommitFailedError(cause);
    }
  }

  private async rollBack(runner: QueryRunner): Promise<void> {
    try {
      await runner.rollbackTransaction();
    } catch {
      await this.dialect.discard(runner);
    }
  }
}

function open(dataSource: DataSource, limits: LocalTransactionLimits): Dialect {
  const { type } = dataSource.options;
  if (type === 'better-sqlite3') return openSqlite(dataSource, limits);
  if (type === 'mysql' || type === 'mariadb') return openMysql(dataSource, limits);
  throw new Error(`local transactions need a data source of type mysql, mariadb or better-sqlite3, not ${type}`);
}

interface Watch {
  /** The error after which the database no longer holds this transaction. */
  readonly fatal: Error | null;
  /** From here on only COMMIT and ROLLBACK pass. */
  end(): void;
}

/**
 * InnoDB rolls the whole transaction back in a deadlock; work that swallowed the error would go on writing outside any transaction, without its
 * barrier row. A statement that was not awaited could come after COMMIT in the same way.
 */
function watchStatements(runner: QueryRunner, dialect: Dialect): Watch {
  let fatal: Error | null = null;
  let ended = false;
  const query = runner.query.bind(runner) as (...statement: Parameters<QueryRunner['query']>) => Promise<unknown>;
  runner.query = (async (...statement: Parameters<QueryRunner['query']>) => {
    const ending = statement[0] === 'COMMIT' || statement[0] === 'ROLLBACK';
    if (!ending && (ended || fatal !== null)) throw fatal ?? new TransactionOverError();
    try {
      return await query(...statement);
    } catch (error) {
      if (isFatal(error, dialect)) fatal ??= error as Error;
      throw error;
    }
  }) as QueryRunner['query'];
  return {
    get fatal() {
      return fatal;
    },
    end() {
      ended = true;
    },
  };
}

function isFatal(error: unknown, dialect: Dialect): boolean {
  const kind = dialect.kindOf(error);
  return kind === 'conflict' || kind === 'lock_wait' || kind === 'over';
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WorkTooLongError(limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
