/** Where a call belongs, and how a leg looks before, during and after a call. */
import { endOpOf, forwardOpOf, initiatorBranch, patternOf } from './facts.js';
import type { BranchId } from './ids.js';
import type { Op } from './patterns.js';
import type { BranchState, Leg, LegState, Sent, Transaction } from './transaction.js';

/** Which leg of a transaction a call belongs to. */
export type Place =
  | { readonly kind: 'forward' | 'end'; readonly index: number }
  | { readonly kind: 'notice'; readonly index: number; readonly notice: number }
  | { readonly kind: 'check' };

const open: LegState = { kind: 'open' };

/** Legs never change, so all transactions share these. */
const freshLegs: Readonly<Record<Sent, Leg>> = {
  no: { state: open, attempts: 0, calls: 0, sent: 'no', flight: null },
  maybe: { state: open, attempts: 0, calls: 0, sent: 'maybe', flight: null },
  yes: { state: open, attempts: 0, calls: 0, sent: 'yes', flight: null },
};

/** A leg of which nothing is known. */
export function freshLeg(sent: Sent = 'no'): Leg {
  return freshLegs[sent];
}

/** The leg that (branch, op) names in this state, or `null` when there is none (yet, or any more). */
export function placeOf(tx: Transaction, branch: BranchId, op: Op): Place | null {
  const pattern = patternOf(tx);
  if (branch === initiatorBranch)
    return pattern.asked === 'initiator' && op === pattern.askOp && tx.check !== null ? { kind: 'check' } : null;
  const index = tx.graph.indexOf.get(branch);
  if (index === undefined) return null;
  if (op === forwardOpOf(tx, index)) return { kind: 'forward', index };
  if (tx.decision === null) return null;
  const notice = pattern.afterEnd.indexOf(op);
  if (notice >= 0) return { kind: 'notice', index, notice };
  const isEnd = op === endOpOf(tx, index, tx.decision.kind) || (pattern.asked === 'participant' && op === pattern.askOp);
  return isEnd ? { kind: 'end', index } : null;
}

export function legAt(tx: Transaction, place: Place): Leg {
  if (place.kind === 'check') return tx.check ?? freshLeg();
  const branch = tx.branches[place.index]!;
  return place.kind === 'notice' ? branch.notices[place.notice]! : branch[place.kind];
}

/** The same transaction with another leg at that place. Revisions are the caller's business. */
export function withLeg(tx: Transaction, place: Place, leg: Leg): Transaction {
  if (place.kind === 'check') return { ...tx, check: leg };
  const branch = tx.branches[place.index]!;
  return { ...tx, branches: tx.branches.with(place.index, withLegOf(branch, place, leg)) };
}

/** Keys are written out: a computed one makes every object a slow one, and each call of each transaction comes by here twice. */
function withLegOf(branch: BranchState, place: Exclude<Place, { kind: 'check' }>, leg: Leg): BranchState {
  if (place.kind === 'notice') return { ...branch, notices: branch.notices.with(place.notice, leg) };
  return place.kind === 'forward' ? { ...branch, forward: leg } : { ...branch, end: leg };
}

/** A call leaves. Of a pending op it is a poll, which uses up no attempt. */
export function launch(leg: Leg): Leg {
  const kind = leg.state.kind === 'pending' ? 'poll' : 'attempt';
  return {
    ...leg,
    calls: leg.calls + 1,
    attempts: leg.attempts + (kind === 'attempt' ? 1 : 0),
    sent: 'yes',
    flight: { kind, sentBefore: leg.sent },
  };
}

/** The call in the air never left: as before `launch`. */
export function withdraw(leg: Leg): Leg {
  if (leg.flight === null) return leg;
  const used = leg.flight.kind === 'attempt' ? 1 : 0;
  return { ...leg, calls: leg.calls - 1, attempts: leg.attempts - used, sent: leg.flight.sentBefore, flight: null };
}

/** The call in the air ended, and this is what is known now. */
export function land(leg: Leg, state: LegState): Leg {
  return { ...leg, flight: null, state };
}

/** All legs of a branch. */
export function legsOf(branch: BranchState): readonly Leg[] {
  return [branch.forward, branch.end, ...branch.notices];
}
