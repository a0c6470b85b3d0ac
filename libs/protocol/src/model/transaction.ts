/**
 * The state of one global transaction in memory. Immutable; only `step` makes new ones. Neighbours read `gid`, `definition`, `policy` and
 * `status`; the rest is the machine's own and is shown to people by `view`.
 */
import type { Origin } from '../api.js';
import type { Definition } from './definition.js';
import type { Graph } from './graph.js';
import type { BranchId, EpochMs } from './ids.js';
import type { Refusal } from './outcome.js';
import type { Policy } from './policy.js';
import type { Status } from './view.js';

/** Whether a forward call of this branch may have taken effect. `no` is knowledge, never a guess. */
export type Sent = 'no' | 'maybe' | 'yes';

/** What is known of one op of one branch, between calls. */
export type LegState =
  /** Nothing is known: never called, or called by a driver whose memory was lost. */
  | { readonly kind: 'open' }
  /** The last call ended without an answer that counts. Called again from `notBeforeMs` on. */
  | { readonly kind: 'retrying'; readonly problem: Refusal; readonly sinceMs: EpochMs; readonly notBeforeMs: EpochMs }
  /** The branch is still working since `sinceMs`. Asked again from `notBeforeMs` on. */
  | { readonly kind: 'pending'; readonly sinceMs: EpochMs; readonly notBeforeMs: EpochMs }
  /** Only a person, or the decision to abort, moves it. */
  | { readonly kind: 'parked'; readonly problem: Refusal; readonly sinceMs: EpochMs }
  /** `result`: the JSON text of the answer. `initiator`: the initiator says that it saw it succeed. */
  | { readonly kind: 'succeeded'; readonly by: 'answer' | 'hand' | 'initiator'; readonly result?: string }
  /** It did not, and never will. */
  | { readonly kind: 'rejected'; readonly refusal: Refusal }
  /** A commit or rollback op that never will be done: somebody said so. The transaction ends mixed. */
  | { readonly kind: 'failed'; readonly by: 'answer' | 'hand'; readonly refusal: Refusal; readonly sinceMs: EpochMs }
  /** Owed nothing. */
  | { readonly kind: 'skipped' };

/** A call in the air. `sentBefore` is what was known before it left, for the case that it never did. */
export interface Flight {
  readonly kind: 'attempt' | 'poll';
  readonly sentBefore: Sent;
}

/** One op of one branch. A branch has a forward leg and an end leg (commit or rollback op). */
export interface Leg {
  readonly state: LegState;
  /** Attempts that count against the policy; polls do not. */
  readonly attempts: number;
  /** All calls, polls included: the `attempt` of the message id. */
  readonly calls: number;
  readonly sent: Sent;
  readonly flight: Flight | null;
}

export interface BranchState {
  readonly id: BranchId;
  /** Inside the send horizon: a forward call may leave once an image that says so is durable. */
  readonly inHorizon: boolean;
  /** Owes nothing: a read-only vote, or it left. */
  readonly released: boolean;
  readonly forward: Leg;
  readonly end: Leg;
  /** Notifications after the end, one per op of the pattern's `afterEnd`. */
  readonly notices: readonly Leg[];
}

/** A commit whose moment is `null`: not known any more, for an image does not hold it. */
export type Decision =
  | { readonly kind: 'commit'; readonly atMs: EpochMs | null; readonly reason?: never }
  | { readonly kind: 'abort'; readonly atMs: EpochMs; readonly reason?: Refusal & { readonly branch?: BranchId } };

export interface Pause {
  readonly by: string;
  readonly atMs: EpochMs;
}

/** Two counters; the engine's `flush` is a comparison of them with those of the durable state. */
export interface Revision {
  /** Moves with everything that the image shows. */
  readonly shown: number;
  /** Moves with what somebody waits for: acceptance, decision, end, horizon, registration, pause, parking. */
  readonly urgent: number;
}

export interface Transaction extends Origin {
  readonly definition: Definition;
  readonly policy: Policy;
  readonly status: Status;
  /** `definition` as JSON text: made once, because every image carries it. */
  readonly definitionText: string;
  /** Derived from `definition`. */
  readonly graph: Graph;
  readonly revision: Revision;
  readonly paused: Pause | null;
  readonly decision: Decision | null;
  /** In the order of `definition.branches`. */
  readonly branches: readonly BranchState[];
  /** The check-back of the initiator, from the deadline on, for patterns that ask. */
  readonly check: Leg | null;
}
