/** What the barrier holds and answers (DESIGN section 6). Pure data. */

/** 1 is forward, 2 is the end. */
export type Phase = 1 | 2;

/** `by_hand`: a person sealed the op, it never runs. */
export type KeptOutcome = 'succeeded' | 'rejected' | 'pending' | 'by_hand';

export interface BranchKey {
  readonly gid: string;
  readonly branch: string;
}

/** A row of `branch_barrier` as far as decisions need it. `result`: JSON text of a success, or of the refusal `{ code, message }`. */
export interface HeldRow {
  readonly op: string;
  readonly outcome: KeptOutcome;
  readonly result: string | null;
}

export interface NewRow extends BranchKey, HeldRow {
  readonly phase: Phase;
  /** When the transaction began: milliseconds since the epoch. */
  readonly begunAtMs: number;
}

/** A call as the barrier sees it. */
export interface BarrierCall extends BranchKey {
  readonly op: string;
  readonly begunAtMs: number;
}

export interface Refused {
  readonly kind: 'rejected';
  readonly code: string;
  readonly message: string;
}

/** What a sealed branch holds; `sealed: false` when the op had run before. `forward`: how the forward op of a sealed end had ended. */
export interface SealReport {
  readonly sealed: boolean;
  readonly op: string;
  readonly outcome: KeptOutcome;
  readonly result: string | null;
  readonly forward: KeptOutcome | 'none';
}

export type Answer =
  /** `result`: JSON text, `null` when there is none. */
  | { readonly kind: 'succeeded'; readonly result: string | null }
  | Refused
  | { readonly kind: 'pending'; readonly retryAfterMs?: number }
  /** The same call runs already, or holds the row: ask again. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'sealed'; readonly report: SealReport };

/** How the work of a branch ended, apart from throwing a `BusinessRejection`. */
export type WorkEnd =
  | { readonly kind: 'done'; readonly result: string | null }
  | { readonly kind: 'pending'; readonly retryAfterMs?: number };

/** How the forward op stands when a rollback runs: the undo of a pending one may have to wait for its work to stop. */
export type ForwardState = 'none' | 'succeeded' | 'pending';

/** The business work of one op, inside the local transaction that already holds the barrier row. */
export type BranchWork<Tx> = (tx: Tx, forward: ForwardState) => Promise<WorkEnd>;
