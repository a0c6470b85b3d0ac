/**
 * The decisions of the barrier: what to answer, given what the rows hold. Pure; how the rows are read and locked is `barrier.ts`, where they are
 * kept is the port.
 */
import type { Answer, ForwardState, HeldRow, Refused, SealReport } from './model.js';
import { isRollback } from './ops.js';

/** The refusals of the barrier itself, with what they say. */
export const refusals = {
  rolled_back: 'this branch was rolled back before its forward op arrived; it never takes effect',
  already_committed: 'this branch has been committed; it cannot be rolled back',
  already_rolled_back: 'this branch has been rolled back; it cannot be committed',
  not_prepared: 'the forward op of this branch has not succeeded here; there is nothing to commit',
  barrier_expired: 'this transaction began longer ago than the barrier keeps its rows; it is not taken for a new one',
  sealed: 'a person has sealed this op; it never runs',
  op_differs: 'another op holds this branch',
} as const;

export type BarrierCode = keyof typeof refusals;

export function refusal(code: BarrierCode): Refused {
  return { kind: 'rejected', code, message: refusals[code] };
}

/** A forward op whose row was there. */
export function answerForward(op: string, first: HeldRow): Answer {
  if (isRollback(first.op)) return refusal('rolled_back');
  if (first.op !== op) return refusal('op_differs');
  return replay(first);
}

/** What a row of the same op answers to a repeat. */
function replay(row: HeldRow): Answer {
  switch (row.outcome) {
    case 'succeeded':
      return { kind: 'succeeded', result: row.result };
    case 'pending':
      return { kind: 'pending' };
    case 'by_hand':
      return refusal('sealed');
    case 'rejected':
      return refusalOf(row);
  }
}

function refusalOf(row: HeldRow): Refused {
  const { code, message } = JSON.parse(row.result ?? '{}') as { code: string; message: string };
  return { kind: 'rejected', code, message };
}

/** The text kept in `result` for a refusal; `refusalOf` reads it back. */
export function keptRefusal(refused: { readonly code: string; readonly message: string }): string {
  return JSON.stringify({ code: refused.code, message: refused.message });
}

/** Why a commit op may not run, given the locked forward row, or `null` when it may. */
export function objectionToCommit(forwardOp: string, first: HeldRow | null, expired: 'expired' | 'in_time'): Refused | null {
  if (first === null && expired === 'expired') return refusal('barrier_expired');
  return first !== null && first.op === forwardOp && first.outcome === 'succeeded' ? null : refusal('not_prepared');
}

/** A commit or rollback op whose end row was there. */
export function answerEnd(op: string, second: HeldRow): Answer {
  if (second.op === op) return replay(second);
  if (isRollback(op) === isRollback(second.op)) return refusal('op_differs');
  return refusal(isRollback(op) ? 'already_committed' : 'already_rolled_back');
}

/** What a rollback has to undo, given the forward row that was there (`null`: this call put it there, nothing had run). */
export function forwardState(first: HeldRow | null): ForwardState {
  if (first === null || isRollback(first.op)) return 'none';
  return first.outcome === 'succeeded' || first.outcome === 'pending' ? first.outcome : 'none';
}

/** What the operator learns from a seal: what is held now, and whether this op had run before. */
export function sealReport(op: string, held: HeldRow, first: HeldRow | null): SealReport {
  const sealed = held.op === op && held.outcome === 'by_hand';
  const forward = first === null || isRollback(first.op) ? 'none' : first.outcome;
  return { sealed, op: held.op, outcome: held.outcome, result: held.result, forward };
}
