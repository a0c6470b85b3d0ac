/**
 * A participant's own database, at the grain of its local transactions: what a unit writes is seen by others when it commits, or never. A unit
 * locks the barrier rows of its branch, as InnoDB does, so that others wait for it, and not for ever.
 */
import { BarrierBusy, type BarrierRows, type BarrierStore, type HeldRow, type NewRow } from '@assent/participant';
import type { SimProcess } from '../kernel/index.js';
import type { EffectKind } from '../truth/index.js';

/** How long a barrier row is waited for (DESIGN section 6), in milliseconds. */
const LOCK_WAIT_MS = 2_000;

export interface LocalEffect {
  readonly gid: string;
  readonly branch: string;
  readonly kind: EffectKind;
  /** What the call carried. */
  readonly payload: string;
}

/** What the work of a branch is given: the business cells of this transaction, and where to say what it did. */
export interface LocalTransaction {
  read(cell: string): number;
  write(cell: string, value: number): void;
  did(effect: LocalEffect): void;
}

/** What is told, in the very moment of the commit. */
export interface CommitObserver {
  committed(effects: readonly LocalEffect[], rows: readonly NewRow[]): void;
}

/** How a commit goes: `lost` commits and says that it failed. */
export type CommitFate = 'works' | 'fails' | 'lost';

interface Kept extends HeldRow {
  readonly gid: string;
  readonly branch: string;
  readonly phase: 1 | 2;
  readonly begunAtMs: number;
}

interface Lock {
  readonly waiting: Array<() => void>;
}

export class LocalDatabase implements BarrierStore<LocalTransaction> {
  readonly cells = new Map<string, number>();
  private readonly rows = new Map<string, Kept>();
  private locks = new Map<string, Lock>();
  private process: SimProcess | null = null;

  constructor(
    private readonly observer: CommitObserver,
    private readonly fate: () => CommitFate,
  ) {}

  /** Another process of the service has connected: whatever the last one had not committed is rolled back, and its locks are free. */
  connect(process: SimProcess): void {
    this.process = process;
    this.locks = new Map();
  }

  /** Branches whose forward op is pending. */
  pending(): readonly { readonly gid: string; readonly branch: string }[] {
    return [...this.rows.values()].filter(({ phase, outcome }) => phase === 1 && outcome === 'pending');
  }

  async unit<T>(
    work: (rows: BarrierRows, tx: LocalTransaction) => Promise<{ readonly end: 'commit' | 'rollback'; readonly value: T }>,
  ): Promise<T> {
    const process = this.process!;
    const unit = new Unit(this.rows, this.cells, (key) => this.lock(process, key));
    try {
      const { end, value } = await work(unit, unit);
      if (end === 'commit') this.commit(process, unit);
      return value;
    } finally {
      // A process that is gone has lost its locks already: those of now are its successor's.
      if (process === this.process) for (const key of unit.locked) this.release(process, key);
    }
  }

  async purgeBatch(begunBeforeMs: number, limit: number): Promise<{ readonly branches: number; readonly more: boolean }> {
    const ended = [...this.rows.values()].filter(({ phase, begunAtMs }) => phase === 2 && begunAtMs < begunBeforeMs).slice(0, limit);
    for (const { gid, branch } of ended) for (const phase of [1, 2]) this.rows.delete(`${gid}/${branch}/${phase}`);
    return { branches: ended.length, more: ended.length === limit };
  }

  private commit(process: SimProcess, unit: Unit): void {
    if (process.isGone) throw new Error('the process is gone');
    const fate = this.fate();
    if (fate === 'fails') throw new Error('COMMIT failed');
    for (const [key, row] of unit.changedRows) this.rows.set(key, row);
    for (const [cell, value] of unit.changedCells) this.cells.set(cell, value);
    this.observer.committed(unit.effects, unit.inserted);
    if (fate === 'lost') throw new Error('COMMIT was not answered');
  }

  private lock(process: SimProcess, key: string): Promise<void> {
    const lock = this.locks.get(key);
    if (lock === undefined) {
      this.locks.set(key, { waiting: [] });
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const turn = () => {
        timer.cancel();
        resolve();
      };
      const timer = process.after(LOCK_WAIT_MS, () => {
        lock.waiting.splice(lock.waiting.indexOf(turn), 1);
        reject(new BarrierBusy(`the barrier row of ${key} is locked`));
      });
      lock.waiting.push(turn);
    });
  }

  private release(process: SimProcess, key: string): void {
    const next = this.locks.get(key)?.waiting.shift();
    if (next === undefined) this.locks.delete(key);
    // An event of its own, so that what waited does not run inside what it waited for.
    else process.soon(next);
  }
}

class Unit implements BarrierRows, LocalTransaction {
  readonly changedRows = new Map<string, Kept>();
  changedCells = new Map<string, number>();
  effects: LocalEffect[] = [];
  readonly inserted: NewRow[] = [];
  readonly locked = new Set<string>();
  private savepoint: { readonly cells: Map<string, number>; readonly effects: LocalEffect[] } | null = null;

  constructor(
    private readonly rows: ReadonlyMap<string, Kept>,
    private readonly cells: ReadonlyMap<string, number>,
    private readonly acquire: (key: string) => Promise<void>,
  ) {}

  async insert(row: NewRow): Promise<boolean> {
    await this.hold(row);
    const key = keyOf(row, row.phase);
    if (this.changedRows.has(key) || this.rows.has(key)) return false;
    this.changedRows.set(key, { ...row });
    this.inserted.push(row);
    return true;
  }

  async lock(key: { readonly gid: string; readonly branch: string }, phase: 1 | 2): Promise<HeldRow | null> {
    await this.hold(key);
    return this.changedRows.get(keyOf(key, phase)) ?? this.rows.get(keyOf(key, phase)) ?? null;
  }

  async keep(
    key: { readonly gid: string; readonly branch: string },
    phase: 1 | 2,
    kept: Pick<HeldRow, 'outcome' | 'result'>,
  ): Promise<void> {
    const id = keyOf(key, phase);
    const row = this.changedRows.get(id) ?? this.rows.get(id);
    if (row === undefined) throw new Error(`there is no barrier row ${id}`);
    this.changedRows.set(id, { ...row, outcome: kept.outcome, result: kept.result });
  }

  async beginWork(): Promise<void> {
    this.savepoint = { cells: new Map(this.changedCells), effects: [...this.effects] };
  }

  async undoWork(): Promise<void> {
    if (this.savepoint === null) throw new Error('there is no savepoint');
    this.changedCells = this.savepoint.cells;
    this.effects = this.savepoint.effects;
  }

  read(cell: string): number {
    return this.changedCells.get(cell) ?? this.cells.get(cell) ?? 0;
  }

  write(cell: string, value: number): void {
    this.changedCells.set(cell, value);
  }

  did(effect: LocalEffect): void {
    this.effects.push(effect);
  }

  private async hold({ gid, branch }: { readonly gid: string; readonly branch: string }): Promise<void> {
    const key = `${gid}/${branch}`;
    if (this.locked.has(key)) return;
    await this.acquire(key);
    this.locked.add(key);
  }
}

function keyOf({ gid, branch }: { readonly gid: string; readonly branch: string }, phase: 1 | 2): string {
  return `${gid}/${branch}/${phase}`;
}
