/** A and M: at the end all branches took effect, or none did. */
import { endOpOf, forwardOpOf } from '../model/facts.js';
import type { BranchState, Transaction } from '../model/transaction.js';
import { type BranchObservation, type Violation, violation } from './violation.js';

/**
 * A: committed means that every branch took effect, aborted that none did; branches that were released, failed, or resolved by hand are
 * listed and not judged. `tx` is a durable final state; `observations` in the order of its branches. An undecided transaction breaks nothing yet.
 */
export function mixedEffects(tx: Transaction, observations: readonly BranchObservation[]): readonly Violation[] {
  if (tx.status !== 'committed' && tx.status !== 'aborted') return [];
  return observations.flatMap((observed, index) => {
    if (isListed(tx.branches[index]!)) return [];
    const says = tx.status === 'committed' ? missingIn(tx, index, observed) : leftOverIn(tx, index, observed);
    return says === null ? [] : [violation('A', observed.branch, says)];
  });
}

/** M: delivered if and only if the initiator's local transaction committed. Judged on a final state. */
export function wrongDelivery(
  tx: Transaction,
  initiator: 'committed' | 'rolled-back',
  observations: readonly BranchObservation[],
): readonly Violation[] {
  if (tx.status !== 'committed' && tx.status !== 'aborted') return [];
  return observations
    .filter(({ commit }) => (initiator === 'committed' ? commit === 0 : commit > 0))
    .map(({ branch, commit }) =>
      violation('M', branch, `it was delivered ${commit} times, and its initiator's transaction was ${initiator}`),
    );
}

function isListed({ released, forward, end }: BranchState): boolean {
  const byHand = [forward, end].some(({ state }) => state.kind === 'succeeded' && state.by === 'hand');
  return released || byHand || end.state.kind === 'failed';
}

function missingIn(tx: Transaction, index: number, { forward, commit, rollback }: BranchObservation): string | null {
  if (rollback > 0) return 'it was rolled back, but the transaction is committed';
  if (forwardOpOf(tx, index) !== null && forward === 0) return 'it never took effect, but the transaction is committed';
  return endOpOf(tx, index, 'commit') !== null && commit === 0 ? 'its commit op never took effect, but the transaction is committed' : null;
}

function leftOverIn(tx: Transaction, index: number, { forward, commit, rollback }: BranchObservation): string | null {
  if (commit > 0) return 'its commit op took effect, but the transaction is aborted';
  if (forward === 0 || rollback > 0) return null;
  if (tx.definition.branches[index]!.pivot) return 'it is the pivot and took effect, but the transaction is aborted';
  return endOpOf(tx, index, 'abort') === null ? null : 'it took effect and was not rolled back, but the transaction is aborted';
}
