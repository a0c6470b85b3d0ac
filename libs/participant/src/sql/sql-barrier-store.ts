/** The barrier's rows in the participant's own database, inside its local transactions. */
import type { EntityManager } from 'typeorm';
import {
  BarrierBusy,
  type BarrierRows,
  type BarrierStore,
  type BranchKey,
  type HeldRow,
  type NewRow,
  type Phase,
  type UnitEnd,
} from '../barrier/index.js';
import { type LocalTransactions, LockWaitError } from '../local/index.js';
import { deleteRows } from './delete-rows.js';
import { type EndedBranch, findEnded } from './find-ended.js';
import { insertRow } from './insert-row.js';
import { keepOutcome } from './keep-outcome.js';
import { lockRow } from './lock-row.js';
import { lockRowSqlite } from './lock-row.sqlite.js';

export class SqlBarrierStore implements BarrierStore<EntityManager> {
  constructor(private readonly transactions: LocalTransactions) {}

  async unit<T>(unit: (rows: BarrierRows, manager: EntityManager) => Promise<UnitEnd & { readonly value: T }>): Promise<T> {
    try {
      return await this.transactions.unit((manager) => unit(new SqlBarrierRows(manager, this.transactions.dialect), manager));
    } catch (error) {
      if (error instanceof LockWaitError) throw new BarrierBusy(error.message, { cause: error });
      throw error;
    }
  }

  purgeBatch(begunBeforeMs: number, limit: number): Promise<{ branches: number; more: boolean }> {
    return this.transactions.run(async (manager) => {
      const rows = await findEnded(manager, begunBeforeMs, limit);
      const branches = distinct(rows);
      for (const branch of branches) await deleteRows(manager, branch);
      return { branches: branches.length, more: rows.length === limit };
    });
  }
}

function distinct(rows: readonly EndedBranch[]): EndedBranch[] {
  return [...new Map(rows.map((row) => [`${String(row.gid)}/${String(row.branch)}`, row])).values()];
}

export class SqlBarrierRows implements BarrierRows {
  constructor(
    private readonly manager: EntityManager,
    private readonly dialect: LocalTransactions['dialect'],
  ) {}

  async insert(row: NewRow): Promise<boolean> {
    try {
      await insertRow(this.manager, row);
      return true;
    } catch (error) {
      if (this.dialect.kindOf(error) === 'duplicate') return false;
      throw this.waited(error);
    }
  }

  async lock(key: BranchKey, phase: Phase, mode: 'share' | 'change'): Promise<HeldRow | null> {
    try {
      return this.dialect.name === 'sqlite' ? await lockRowSqlite(this.manager, key, phase) : await lockRow(this.manager, key, phase, mode);
    } catch (error) {
      throw this.waited(error);
    }
  }

  keep(key: BranchKey, phase: Phase, kept: Pick<HeldRow, 'outcome' | 'result'>): Promise<void> {
    return keepOutcome(this.manager, key, phase, kept);
  }

  async beginWork(): Promise<void> {
    await this.manager.query('SAVEPOINT branch_work');
  }

  async undoWork(): Promise<void> {
    await this.manager.query('ROLLBACK TO SAVEPOINT branch_work');
  }

  /** A wait for the barrier row itself means that the branch is being worked on elsewhere: not worth another run, asked again later. */
  private waited(error: unknown): unknown {
    return this.dialect.kindOf(error) === 'lock_wait' ? new LockWaitError('a barrier row is locked by another transaction', error) : error;
  }
}
