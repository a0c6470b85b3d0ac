/** What a state says about itself: the columns of its pattern applied to its branches. Nothing here makes a new state. */
import { patterns } from '../patterns/index.js';
import type { Endpoint } from './definition.js';
import { type BranchId, type EpochMs, momentAfter } from './ids.js';
import type { Op, Pattern } from './patterns.js';
import type { BranchState, Leg, Transaction } from './transaction.js';
import type { Status } from './view.js';

/** The name under which the initiator is asked (`check`). No branch may take it. */
export const initiatorBranch: BranchId = '_initiator';

/** Final: decided, and nothing is owed but notifications. */
export function isFinal(status: Status): boolean {
  return status === 'committed' || status === 'aborted';
}

export function patternOf(tx: Pick<Transaction, 'definition'>): Pattern {
  return patterns[tx.definition.pattern];
}

export function isDrivenByInitiator(tx: Transaction): boolean {
  return tx.definition.driver === 'initiator';
}

/** The forward op of a branch, or `null` where its work is not a call, or is done under the decision (behind a pivot). */
export function forwardOpOf(tx: Pick<Transaction, 'definition' | 'graph'>, index: number): Op | null {
  return tx.graph.behindPivot[index] ? null : patternOf(tx).forwardOp;
}

/** True when the coordinator itself sends the forward op. All other work counts as sent from its registration on (DESIGN 4.3). */
export function coordinatorRuns(tx: Pick<Transaction, 'definition' | 'graph'>, index: number): boolean {
  const declared = patternOf(tx).forwardStartedBy === 'declared';
  return declared && forwardOpOf(tx, index) !== null && tx.definition.branches[index]!.run === 'coordinator';
}

/** The commit or rollback op that a decision of this kind owes to a branch that took part, or `null` where there is none. */
export function endOpOf(tx: Pick<Transaction, 'definition' | 'graph'>, index: number, decision: 'commit' | 'abort'): Op | null {
  const pattern = patternOf(tx);
  const behindPivot = tx.graph.behindPivot[index]!;
  if (decision === 'commit') return behindPivot ? pattern.behindPivotOp : pattern.commitOp;
  const branch = tx.definition.branches[index]!;
  return behindPivot || branch.pivot || branch.compensate === 'none' ? null : pattern.rollbackOp;
}

/** The leg will not change any more. */
export function hasEnded(leg: Leg): boolean {
  return leg.flight === null && (leg.state.kind === 'succeeded' || leg.state.kind === 'failed' || leg.state.kind === 'skipped');
}

/** What was ordered behind this branch may start: it took effect, or it has left. */
export function tookEffect(branch: BranchState): boolean {
  return branch.released || branch.forward.state.kind === 'succeeded';
}

/**
 * Past the pivot neither deadline, abort command nor exhausted attempts decide (DESIGN 4.5): the pivot may have been sent. It is known not to
 * have been while the flush that lets it leave is in the air, so an abort that arrives then is still legal, and the pivot never leaves.
 */
export function isPastPivot(tx: Transaction): boolean {
  const pivot = tx.branches[tx.graph.pivot];
  return pivot !== undefined && pivot.forward.sent !== 'no';
}

/** The moment of the deadline event, or `null`. */
export function deadlineAtMs(tx: Transaction): EpochMs | null {
  return tx.policy.deadlineMs === null ? null : momentAfter(tx.createdAtMs, tx.policy.deadlineMs);
}

/** True when the end was not the same for all: a branch ended failed. */
export function isMixed(tx: Transaction): boolean {
  return tx.branches.some((branch) => branch.end.state.kind === 'failed');
}

/** True when this branch can be asked this op: any op by contract, and those it gives a URL for. */
export function answersTo(tx: Pick<Transaction, 'definition'>, index: number, op: Op): boolean {
  const { endpoint } = tx.definition.branches[index]!;
  return 'contract' in endpoint || endpoint.urls[op] !== undefined;
}

/** Where the calls of a branch go. Behind a pivot `deliver` is run by the same action, so a branch that gives URLs need not repeat it. */
export function endpointOf(tx: Transaction, index: number): Endpoint {
  const { endpoint } = tx.definition.branches[index]!;
  if (!tx.graph.behindPivot[index] || 'contract' in endpoint) return endpoint;
  const { deliver, action } = endpoint.urls;
  const url = deliver ?? action;
  return url === undefined ? endpoint : { urls: { ...endpoint.urls, deliver: url } };
}
