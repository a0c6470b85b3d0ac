/**
 * What a status alone says about every leg, so that the image need only carry what differs: nothing for a plain start, nothing for a plain
 * success. Writing and reading use this same answer.
 */
import { coordinatorRuns, endOpOf, isFinal, patternOf } from '../model/facts.js';
import { freshBranch } from '../model/fresh-branch.js';
import { freshLeg } from '../model/legs.js';
import type { BranchState, Leg, Transaction } from '../model/transaction.js';
import type { Status } from '../model/view.js';

const skipped: Leg = { ...freshLeg(), state: { kind: 'skipped' } };
const answeredAtOnce: Leg = { state: { kind: 'succeeded', by: 'answer' }, attempts: 1, calls: 1, sent: 'yes', flight: null };
const vouchedFor: Leg = { ...freshLeg('maybe'), state: { kind: 'succeeded', by: 'initiator' } };

/** The branch as it is when everything went as its transaction's status suggests. */
export function impliedBranch(tx: Pick<Transaction, 'definition' | 'graph'>, index: number, status: Status): BranchState {
  const fresh = freshBranch(tx, index);
  if (status === 'active') return fresh;
  const decision = status === 'committing' || status === 'committed' ? 'commit' : 'abort';
  const hasEnd = endOpOf(tx, index, decision) !== null;
  const end = !hasEnd ? skipped : isFinal(status) ? answeredAtOnce : freshLeg();
  const notices = isFinal(status) ? patternOf(tx).afterEnd.map(() => freshLeg()) : [];
  if (decision === 'abort') return { ...fresh, end, notices };
  const ranByUs = coordinatorRuns(tx, index) ? answeredAtOnce : vouchedFor;
  const behindPivot = tx.graph.behindPivot[index]!;
  return { ...fresh, inHorizon: !behindPivot, forward: behindPivot ? fresh.forward : ranByUs, end, notices };
}
