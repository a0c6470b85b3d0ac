/** Where the barrier keeps its rows. The SQL adapters are in `../sql`; a simulator brings its own. */
import type { BranchKey, HeldRow, NewRow, Phase } from './model.js';

/** The rows of the barrier inside one open local transaction. Throws `BarrierBusy` when a row is locked by others for too long. */
export interface BarrierRows {
  /** True when the row went in, false when there is one with this (gid, branch, phase): then that one is locked against change. */
  insert(row: NewRow): Promise<boolean>;
  /** Reads the newest row, not a snapshot's. `share` keeps it from changing, `change` is for who will change it. */
  lock(key: BranchKey, phase: Phase, mode: 'share' | 'change'): Promise<HeldRow | null>;
  /** Changes a row that this transaction inserted, or locked for change. */
  keep(key: BranchKey, phase: Phase, kept: Pick<HeldRow, 'outcome' | 'result'>): Promise<void>;
  /** Marks the point to which `undoWork` goes back. Once per transaction. */
  beginWork(): Promise<void>;
  undoWork(): Promise<void>;
}

export interface UnitEnd {
  readonly end: 'commit' | 'rollback';
}

/** Local transactions with the barrier's rows in them. `Tx` is what the work of a branch is given. */
export interface BarrierStore<Tx> {
  /** Runs one local transaction; returns after COMMIT or ROLLBACK has returned. May run `unit` again when the database gave it up. */
  unit<T>(unit: (rows: BarrierRows, tx: Tx) => Promise<UnitEnd & { readonly value: T }>): Promise<T>;
  /** Deletes up to `limit` branches that began before `begunBeforeMs` and have ended. `more`: there may be others. */
  purgeBatch(begunBeforeMs: number, limit: number): Promise<{ readonly branches: number; readonly more: boolean }>;
}

/** A row of the barrier is held by another transaction for longer than the lock wait: answered 425, asked again. */
export class BarrierBusy extends Error {
  override readonly name = 'BarrierBusy';
}
