/** What follows from what is known: a decision, a moved horizon, or the end. Runs after everything that a transaction learns. */
import { isDrivenByInitiator, tookEffect } from '../model/facts.js';
import type { EpochMs } from '../model/ids.js';
import type { BranchState, Transaction } from '../model/transaction.js';
import { decideAbort, decideCommit, finishIfDone } from './decide.js';
import { urgent } from './stepped.js';

/** Draws the consequences of what the branches are known to have done. */
export function settle(tx: Transaction, atMs: EpochMs): Transaction {
  if (tx.status !== 'active') return finishIfDone(tx);
  for (const branch of tx.branches) {
    // A committed transaction may not contain a branch that never took effect, so nobody needs to be asked; and it frees the others early.
    const { state } = branch.forward;
    if (state.kind === 'rejected') return decideAbort(tx, { branch: branch.id, ...state.refusal }, atMs);
  }
  if (!isDrivenByInitiator(tx) && allForwardDone(tx)) return decideCommit(tx, atMs);
  return moveHorizon(tx);
}

/** The pivot's success decides, whatever lies behind it; without a pivot the last success does (DESIGN 4.5). */
function allForwardDone(tx: Transaction): boolean {
  const pivot = tx.branches[tx.graph.pivot];
  return pivot === undefined ? tx.branches.every(tookEffect) : tookEffect(pivot);
}

/**
 * A pivot, and every step of a `stepwise` saga, enters the horizon once all before it succeeded; the flush that says so carries all progress so
 * far. What lies behind a pivot never enters: it is sent under the decision.
 */
export function moveHorizon(tx: Transaction): Transaction {
  const isEntering = (branch: BranchState, index: number) =>
    !branch.inHorizon && !tx.graph.behindPivot[index] && tx.graph.after[index]!.every((before) => tookEffect(tx.branches[before]!));
  if (!tx.branches.some(isEntering)) return tx;
  return urgent({
    ...tx,
    branches: tx.branches.map((branch, index) => (isEntering(branch, index) ? { ...branch, inHorizon: true } : branch)),
  });
}
