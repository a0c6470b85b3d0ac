/** Everything that can happen to a transaction. Time and randomness arrive inside events (DESIGN section 4). */
import type { BranchDefinition } from './model/definition.js';
import type { BranchId, EpochMs } from './model/ids.js';
import type { Outcome } from './model/outcome.js';
import type { Op } from './model/patterns.js';
import type { Policy } from './model/policy.js';

export type ProtocolEvent =
  /** The driver puts the call of a planned `invoke` or `ask` effect on its way. Stepped before the call leaves. */
  | { readonly kind: 'sent'; readonly branch: BranchId; readonly op: Op; readonly attempt: number; readonly atMs: EpochMs }
  /** A call ended at the sender. `random` in [0,1) jitters the next interval. */
  | {
      readonly kind: 'replied';
      readonly branch: BranchId;
      readonly op: Op;
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly atMs: EpochMs;
      readonly random: number;
    }
  /** A call that was put on its way never left (lease lost, circuit open, decided meanwhile): as if it had not been sent. */
  | { readonly kind: 'withdrawn'; readonly branch: BranchId; readonly op: Op; readonly attempt: number; readonly atMs: EpochMs }
  /** Time passed: a retry, a poll or the deadline may have come due. The machine finds out which. */
  | { readonly kind: 'woke'; readonly atMs: EpochMs }
  | { readonly kind: 'abortRequested'; readonly code: string; readonly message: string; readonly by: string; readonly atMs: EpochMs }
  /** The initiator lists the branches it saw succeed. */
  | { readonly kind: 'submitted'; readonly branches: readonly BranchId[]; readonly by: string; readonly atMs: EpochMs }
  | { readonly kind: 'registered'; readonly branch: BranchDefinition; readonly atMs: EpochMs }
  /** A service tells how its own work ended: XA read-only vote, LRA leaving, a try it ran itself. */
  | { readonly kind: 'reported'; readonly branch: BranchId; readonly report: 'succeeded' | 'rejected' | 'released'; readonly atMs: EpochMs }
  /** A person says how an op that only a person can move has ended (`skipped`: sealed, it never will). */
  | {
      readonly kind: 'resolvedByHand';
      readonly branch: BranchId;
      readonly op: Op;
      readonly outcome: 'succeeded' | 'failed';
      readonly by: string;
      readonly atMs: EpochMs;
    }
  /** A person asks to try a parked or waiting op again now; `branch: null`: whatever is parked or waits. */
  | { readonly kind: 'retryRequested'; readonly branch: BranchId | null; readonly atMs: EpochMs }
  /** A person gives it another policy: deadline, intervals and limits count from here on. */
  | { readonly kind: 'policyChanged'; readonly policy: Policy; readonly atMs: EpochMs }
  /** A person replaces the payload of a step that is known not to have been sent. */
  | { readonly kind: 'payloadEdited'; readonly branch: BranchId; readonly payload: string; readonly atMs: EpochMs }
  /** The participant of a branch is known to be back: what waits in back-off or for a poll is called now, within its budget. */
  | { readonly kind: 'hurried'; readonly branch: BranchId; readonly atMs: EpochMs }
  | { readonly kind: 'paused'; readonly by: string; readonly atMs: EpochMs }
  | { readonly kind: 'resumed'; readonly by: string; readonly atMs: EpochMs };
