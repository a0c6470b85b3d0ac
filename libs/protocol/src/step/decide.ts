/**
 * The decision and the end (DESIGN 4.3, 4.5). What each branch owes is settled once, at the decision, and is part of its image: what this
 * driver knows it never sent stays known after a crash.
 */
import { answersTo, coordinatorRuns, endOpOf, hasEnded, patternOf, tookEffect } from '../model/facts.js';
import type { EpochMs } from '../model/ids.js';
import { freshLeg } from '../model/legs.js';
import type { BranchState, Decision, Leg, Transaction } from '../model/transaction.js';
import { urgent } from './stepped.js';

const skippedLeg: Leg = { ...freshLeg(), state: { kind: 'skipped' } };

/** Decides to abort: every branch that was or may have been sent owes its rollback. */
export function decideAbort(tx: Transaction, reason: NonNullable<Decision['reason']>, atMs: EpochMs): Transaction {
  const neverReached = behindRejected(tx);
  const branches = tx.branches.map((branch, index) => {
    const ranByUs = coordinatorRuns(tx, index);
    const owed = !branch.released && branch.forward.sent !== 'no' && !(ranByUs && neverReached[index]);
    return {
      ...branch,
      forward: unparked(branch.forward),
      end: owed && endOpOf(tx, index, 'abort') !== null ? freshLeg() : skippedLeg,
    };
  });
  const decided = { ...tx, branches, check: null, status: 'aborting' as const, decision: { kind: 'abort' as const, atMs, reason } };
  return finishIfDone(urgent(decided));
}

/**
 * Decides to commit. Where the initiator decides, a branch whose outcome is not known here counts as succeeded by its word; its commit op still
 * waits until a call in the air has ended.
 */
export function decideCommit(tx: Transaction, atMs: EpochMs): Transaction {
  const branches = tx.branches.map((branch, index) => ({
    ...branch,
    forward: tx.graph.behindPivot[index] || tookEffect(branch) ? branch.forward : vouchedFor(branch.forward),
    end: !branch.released && endOpOf(tx, index, 'commit') !== null ? freshLeg() : skippedLeg,
  }));
  return finishIfDone(urgent({ ...tx, branches, check: null, status: 'committing', decision: { kind: 'commit', atMs } }));
}

/**
 * Ends a decided transaction that owes nothing and has nothing in the air. A forward call in the air is waited for even where it owes no
 * rollback: `aborted` is said once no call of ours can take effect any more.
 */
export function finishIfDone(tx: Transaction): Transaction {
  if (!owesOnlyItsEnd(tx)) return tx;
  const status = tx.status === 'committing' ? 'committed' : 'aborted';
  const { afterEnd, failedAreTold } = patternOf(tx);
  if (afterEnd.length === 0) return urgent({ ...tx, status, paused: null });
  const branches = tx.branches.map((branch, index) => ({
    ...branch,
    notices: afterEnd.map((op) =>
      isTold(branch, op === failedAreTold ? 'failed' : 'all') && answersTo(tx, index, op) ? freshLeg() : skippedLeg,
    ),
  }));
  return urgent({ ...tx, status, branches, paused: null });
}

/**
 * True when all that is left of a decided transaction is to say that it has ended. In memory that is done at once; after a load it may be so because
 * nobody waits any more for a call that was in the air.
 */
export function owesOnlyItsEnd(tx: Transaction): boolean {
  if (tx.status !== 'committing' && tx.status !== 'aborting') return false;
  return tx.branches.every((branch) => branch.forward.flight === null && hasEnded(branch.end));
}

function isTold(branch: BranchState, who: 'failed' | 'all'): boolean {
  return who === 'failed' ? branch.end.state.kind === 'failed' : !branch.released;
}

/** Branches with an ancestor known rejected: their turn never came. */
function behindRejected(tx: Transaction): readonly boolean[] {
  const behind = tx.branches.map(() => false);
  for (const index of tx.graph.order) {
    behind[index] = tx.graph.after[index]!.some((before) => behind[before] || tx.branches[before]!.forward.state.kind === 'rejected');
  }
  return behind;
}

/** The decision to abort owes the rollback and thereby ends the parking of a forward op. */
function unparked(leg: Leg): Leg {
  if (leg.state.kind !== 'parked') return leg;
  const { problem, sinceMs } = leg.state;
  return { ...leg, state: { kind: 'retrying', problem, sinceMs, notBeforeMs: sinceMs } };
}

function vouchedFor(leg: Leg): Leg {
  return { ...leg, state: { kind: 'succeeded', by: 'initiator' } };
}
