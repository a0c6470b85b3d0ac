/** A branch of which nothing has happened yet (DESIGN 4.2, 4.3). */
import { coordinatorRuns } from './facts.js';
import { freshLeg } from './legs.js';
import type { BranchState, Leg, Transaction } from './transaction.js';

const NO_NOTICES: readonly Leg[] = [];

/**
 * Accepting puts a branch inside the horizon unless it is a pivot or behind one, or its saga goes stepwise. Work that somebody else starts counts
 * as maybe sent from here on.
 */
export function freshBranch(tx: Pick<Transaction, 'definition' | 'graph'>, index: number): BranchState {
  const branch = tx.definition.branches[index]!;
  const waits = branch.pivot || tx.graph.behindPivot[index] || (tx.definition.stepwise && branch.after.length > 0);
  const startedElsewhere = !coordinatorRuns(tx, index) && !tx.graph.behindPivot[index];
  return {
    id: branch.id,
    inHorizon: !waits,
    released: false,
    forward: freshLeg(startedElsewhere ? 'maybe' : 'no'),
    end: freshLeg(),
    notices: NO_NOTICES,
  };
}
