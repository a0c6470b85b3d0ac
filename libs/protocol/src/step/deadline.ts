/** The deadline, an event of the owner (DESIGN 4.7). It does what the pattern's column says; past the pivot and after the decision there is none. */
import { deadlineAtMs, isPastPivot, patternOf } from '../model/facts.js';
import type { EpochMs } from '../model/ids.js';
import { freshLeg } from '../model/legs.js';
import type { Transaction } from '../model/transaction.js';
import { decideAbort } from './decide.js';

/** The deadline that is still to come or has come, or `null` when none will do anything. */
export function pendingDeadlineMs(tx: Transaction): EpochMs | null {
  if (tx.status !== 'active' || isPastPivot(tx)) return null;
  const asked = patternOf(tx).onDeadline === 'ask' && tx.check !== null;
  return asked ? null : deadlineAtMs(tx);
}

export function applyDeadline(tx: Transaction, atMs: EpochMs): Transaction {
  if (patternOf(tx).onDeadline === 'ask') return { ...tx, check: freshLeg() };
  const message = `not decided within ${tx.policy.deadlineMs} ms, the deadline of policy ${tx.policy.name}`;
  return decideAbort(tx, { code: 'deadline', message }, atMs);
}
