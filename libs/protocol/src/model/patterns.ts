/**
 * The patterns as rows of one table (DESIGN section 2). The machine knows only these columns: nothing else in this library asks which
 * pattern a transaction follows.
 */

export type PatternName = 'saga' | 'tcc' | 'xa' | 'message' | 'lra';

/** Everything that can be asked of a branch. */
export type Op =
  | 'action'
  | 'try'
  | 'prepare'
  | 'confirm'
  | 'commit'
  | 'deliver'
  | 'complete'
  | 'compensate'
  | 'cancel'
  | 'rollback'
  | 'status'
  | 'check'
  | 'after'
  | 'forget';

export interface Pattern {
  readonly name: PatternName;
  /** What makes the change that may be undone; `null` where the work itself is not a call (LRA, message). */
  readonly forwardOp: Op | null;
  /** `declared`: the coordinator calls it, unless the branch was registered with `run: self`. `self`: somebody else always runs it. */
  readonly forwardStartedBy: 'declared' | 'self';
  readonly commitOp: Op | null;
  /** Sent behind a pivot instead of the forward op. */
  readonly behindPivotOp: Op | null;
  readonly rollbackOp: Op | null;
  /** Who is asked when the outcome is not known: nobody, the initiator (check-back), or the participant (status). */
  readonly asked: null | 'initiator' | 'participant';
  readonly askOp: Op | null;
  /** `strict`: a rollback waits for its successors. `preferred`: it starts in that order, but nobody waits. */
  readonly rollbackOrder: 'strict' | 'declared' | 'none' | 'preferred';
  readonly onDeadline: 'abort' | 'ask';
  /** A policy without a deadline is refused for patterns whose branches hold resources until they are told. */
  readonly deadlineRequired: boolean;
  /** The last success of a forward op decides (saga), or all forward ops succeeded (TCC), or only the initiator does. */
  readonly decidedBy: 'branches' | 'branches-or-initiator' | 'initiator';
  /** Notifications after the end; they do not keep a transaction from being final. */
  readonly afterEnd: readonly Op[];
  /**
   * The one of `afterEnd` that goes only to branches that ended failed. Where it exists, a participant may say of a commit or rollback op
   * that it never will (`rejected` means failed); where it is `null`, such a refusal breaks the contract and is retried.
   */
  readonly failedAreTold: Op | null;
}
