/** S: rollback runs in reverse order, and only inside the durable horizon. */
import { endOpOf, patternOf } from '../model/facts.js';
import type { BranchState, Transaction } from '../model/transaction.js';
import { type BranchObservation, type Violation, violation } from './violation.js';

/**
 * Judged at the moment before a rollback with something to undo takes effect at branch `index`: whatever ran after it must be undone by then.
 * Patterns without an order, or with one that is only preferred, cannot break it. What durably never will be undone, or was undone by a person, is not
 * waited for.
 */
export function rolledBackTooEarly(tx: Transaction, index: number, observations: readonly BranchObservation[]): readonly Violation[] {
  const { rollbackOrder } = patternOf(tx);
  if (rollbackOrder !== 'strict' && rollbackOrder !== 'declared') return [];
  const open = [...tx.graph.before[index]!];
  const behind = new Set<number>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (behind.has(next)) continue;
    behind.add(next);
    open.push(...tx.graph.before[next]!);
  }
  return [...behind]
    .filter((next) => endOpOf(tx, next, 'abort') !== null && !wasEndedByHand(tx.branches[next]!))
    .filter((next) => observations[next]!.forward > observations[next]!.rollback)
    .map((next) =>
      violation(
        'S',
        observations[index]!.branch,
        `it was rolled back while ${observations[next]!.branch}, which ran after it, still stands`,
      ),
    );
}

function wasEndedByHand({ end }: BranchState): boolean {
  return end.state.kind === 'failed' || (end.state.kind === 'succeeded' && end.state.by === 'hand');
}

/** A branch outside the durable horizon was never sent, so it is never rolled back. */
export function rolledBackOutsideHorizon(durable: Transaction | null, index: number): readonly Violation[] {
  const branch = durable?.branches[index];
  return branch?.inHorizon === true ? [] : [violation('S', branch?.id ?? null, 'it was rolled back outside the durable horizon')];
}
