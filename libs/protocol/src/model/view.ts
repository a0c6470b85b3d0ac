/** A transaction as people and programs see it: the body of `GET /v1/transactions/{gid}` and what the client library returns. */
import type { BranchId, EpochMs, Gid } from './ids.js';
import type { Refusal } from './outcome.js';
import type { Op, PatternName } from './patterns.js';
import type { PolicyRef } from './policy.js';

export type Status = 'active' | 'committing' | 'committed' | 'aborting' | 'aborted';

/** How one op of one branch stands. */
export interface OpView {
  readonly op: Op;
  /** `none`: not sent, as far as is known. `skipped`: owed nothing. `by_hand`/`failed`: a person or the participant said so. */
  readonly outcome: 'none' | 'waiting' | 'in_flight' | 'pending' | 'unknown' | 'succeeded' | 'rejected' | 'skipped' | 'by_hand' | 'failed';
  readonly attempts: number;
  /** The JSON body of a success, when there was one. */
  readonly result?: unknown;
  /** Why the last call did not succeed: a refusal's code, or `timeout`, `http_500`, ... */
  readonly problem?: Refusal;
  /** When it will be tried or asked again. */
  readonly nextAtMs?: EpochMs;
}

export interface BranchView {
  readonly id: BranchId;
  readonly contract?: string;
  readonly urls?: Readonly<Partial<Record<Op, string>>>;
  readonly after: readonly BranchId[];
  readonly pivot: boolean;
  readonly run: 'coordinator' | 'self';
  readonly forward: OpView | null;
  readonly end: OpView | null;
  readonly attention: 'none' | 'retrying' | 'parked' | 'failed';
}

export interface DecisionView {
  readonly kind: 'commit' | 'abort';
  /** Of a commit with its end behind it: that end. `null`: not known any more, because the transaction was read back while commit ops were owed. */
  readonly atMs: EpochMs | null;
  /** Why it was aborted: a branch's refusal, `deadline`, `aborted_by_request`, `attempts_exhausted`. */
  readonly reason?: Refusal & { readonly branch?: BranchId };
}

export interface TransactionView {
  readonly gid: Gid;
  readonly name: string;
  readonly key: string | null;
  readonly pattern: PatternName;
  readonly driver: 'coordinator' | 'initiator';
  readonly policy: PolicyRef;
  readonly status: Status;
  readonly version: number;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly createdAtMs: EpochMs;
  readonly deadlineAtMs: EpochMs | null;
  readonly finishedAtMs: EpochMs | null;
  readonly decision: DecisionView | null;
  readonly branches: readonly BranchView[];
  /** The W3C `traceparent` it was begun with, when there was one. */
  readonly trace?: string;
}
