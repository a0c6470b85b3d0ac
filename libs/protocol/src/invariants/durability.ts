/** D and L: nothing leaves before it may, and nothing that was durable is taken back. */
import type { Invoke } from '../effects.js';
import { isFinal } from '../model/facts.js';
import type { Transaction } from '../model/transaction.js';
import type { Status } from '../model/view.js';
import { type Violation, violation } from './violation.js';

const mayFollow: Readonly<Record<Status, readonly Status[]>> = {
  active: ['active', 'committing', 'committed', 'aborting', 'aborted'],
  committing: ['committing', 'committed'],
  committed: ['committed'],
  aborting: ['aborting', 'aborted'],
  aborted: ['aborted'],
};

/** D: a call leaves only when the durable state permits it, by its decision or by its horizon. `present` is the state in memory. */
export function leftTooEarly(
  call: Pick<Invoke, 'branch' | 'op' | 'needs'>,
  present: Transaction,
  durable: Transaction | null,
): readonly Violation[] {
  const name = `${call.op} of ${call.branch}`;
  if (durable === null) return [violation('D', call.branch, `${name} left before its transaction was durable`)];
  if (call.needs === 'decision') {
    const decided = durable.decision !== null && durable.decision.kind === present.decision?.kind;
    return decided ? [] : [violation('D', call.branch, `${name} left before the decision was durable`)];
  }
  const index = durable.graph.indexOf.get(call.branch);
  const inside = index === undefined ? durable.definition.checkBack !== undefined : durable.branches[index]!.inHorizon;
  if (!inside) return [violation('D', call.branch, `${name} left outside the durable horizon`)];
  return present.decision === null ? [] : [violation('D', call.branch, `${name} left after the decision`)];
}

/** L: of two durable images of one transaction, the later keeps the decision, the branches and the horizon of the earlier. */
export function takenBack(before: Transaction, after: Transaction): readonly Violation[] {
  const violations: Violation[] = [];
  if (!mayFollow[before.status].includes(after.status)) {
    violations.push(violation('L', null, `${before.status} became ${after.status}`));
  }
  for (const [index, branch] of before.branches.entries()) {
    const later = after.branches[index];
    if (later?.id !== branch.id) violations.push(violation('L', branch.id, 'it was registered, and is gone'));
    else if (branch.inHorizon && !later.inHorizon)
      violations.push(violation('L', branch.id, 'it may have been sent, and that was forgotten'));
  }
  return violations;
}

/** L, at rest: what is not final waits for time, for its initiator, or visibly for a person. */
export function forgotten(
  tx: Transaction,
  waitsFor: 'time' | 'initiator' | 'person' | 'final',
  wakeAtMs: number | null,
  idle: boolean,
): readonly Violation[] {
  if (waitsFor === 'final' && !isFinal(tx.status)) return [violation('L', null, `it is ${tx.status}, and nobody will move it`)];
  const stuck = idle && waitsFor === 'time' && wakeAtMs === null;
  return stuck ? [violation('L', null, `it is ${tx.status} and waits for a time that never comes`)] : [];
}
