/** Calls: put on their way, withdrawn, ended (DESIGN 4.8). */
import { isFinal, isPastPivot, patternOf } from '../model/facts.js';
import { land, launch, legAt, type Place, placeOf, withdraw, withLeg } from '../model/legs.js';
import type { Leg, LegState, Transaction } from '../model/transaction.js';
import { ProtocolBug } from '../protocol-bug.js';
import { decideAbort, decideCommit } from './decide.js';
import { type CallRules, type Judgement, judge } from './retry.js';
import { settle } from './settle.js';
import { done, type EventOf, ignored, type Stepped, shown, urgent } from './stepped.js';

/** The engine puts a planned call on its way. Throws `ProtocolBug` for a call that is not owed. */
export function recordSent(tx: Transaction, event: EventOf<'sent'>): Stepped {
  const place = placeOf(tx, event.branch, event.op);
  if (place === null || !isOpenNow(tx, place)) throw sentWrongly(tx, event, `a transaction that is ${tx.status} does not owe it`);
  const leg = legAt(tx, place);
  if (leg.flight !== null) throw sentWrongly(tx, event, `call ${leg.calls} is in the air`);
  if (event.attempt !== leg.calls + 1) throw sentWrongly(tx, event, `call ${leg.calls + 1} is next`);
  return done(withLeg(tx, place, launch(leg)));
}

function sentWrongly({ gid }: Transaction, { branch, op, attempt }: EventOf<'sent'>, why: string): ProtocolBug {
  return new ProtocolBug(`${op} ${attempt} of branch ${branch} in ${gid} was sent, but ${why}`);
}

/** The call never left, so it neither counts nor owes anything. */
export function recordWithdrawn(tx: Transaction, event: EventOf<'withdrawn'>): Stepped {
  const place = placeOf(tx, event.branch, event.op);
  if (place === null || !isAwaited(tx, place, event.attempt)) return ignored(tx, 'late_reply');
  return done(settle(withLeg(tx, place, withdraw(legAt(tx, place))), event.atMs));
}

/** A call ended at the sender. A reply that is no longer awaited changes nothing. */
export function recordReply(tx: Transaction, event: EventOf<'replied'>): Stepped {
  const place = placeOf(tx, event.branch, event.op);
  if (place === null || !isAwaited(tx, place, event.attempt)) return ignored(tx, 'late_reply');
  const leg = legAt(tx, place);
  const verdict = judge(leg, event.outcome, rulesOf(tx, place), event.atMs, event.random);
  if (place.kind === 'forward') return done(recordForward(tx, place, leg, verdict, event.atMs));
  if (place.kind === 'check') return done(recordCheck(tx, place, leg, verdict, event.atMs));
  const state = orParked(verdict, leg, event.atMs);
  return done(settle(changed(withLeg(tx, place, land(leg, state)), state), event.atMs));
}

function recordForward(tx: Transaction, place: Place & { index: number }, leg: Leg, verdict: Judgement, atMs: number): Transaction {
  if (tx.status !== 'active') return settle(shown(withLeg(tx, place, land(leg, afterDecision(leg, verdict, atMs)))), atMs);
  const state = orParked(verdict, leg, atMs);
  const next = changed(withLeg(tx, place, land(leg, state)), state);
  const givesUp = verdict.kind === 'exhausted' && tx.policy.onExhausted === 'abort' && !isPastPivot(tx);
  if (!givesUp) return settle(next, atMs);
  const branch = tx.branches[place.index]!.id;
  const message = `${branch} did not answer in ${leg.attempts} attempts, the last time: ${verdict.problem.code}: ${verdict.problem.message}`;
  return decideAbort(next, { branch, code: 'attempts_exhausted', message }, atMs);
}

/** The initiator's answer to a check-back is its decision. */
function recordCheck(tx: Transaction, place: Place, leg: Leg, verdict: Judgement, atMs: number): Transaction {
  if (verdict.kind === 'succeeded') return decideCommit(tx, atMs);
  if (verdict.kind === 'rejected') return decideAbort(tx, verdict.refusal, atMs);
  const state = orParked(verdict, leg, atMs);
  return changed(withLeg(tx, place, land(leg, state)), state);
}

/** After the decision a forward call is only waited for. What the initiator said of it stands unless the answer is an answer. */
function afterDecision(leg: Leg, verdict: Judgement, atMs: number): LegState {
  if (verdict.kind === 'exhausted') {
    return leg.state.kind === 'succeeded' ? leg.state : { kind: 'retrying', problem: verdict.problem, sinceMs: atMs, notBeforeMs: atMs };
  }
  const isAnswer = verdict.kind === 'succeeded' || verdict.kind === 'rejected';
  return leg.state.kind === 'succeeded' && !isAnswer ? leg.state : verdict;
}

function orParked(verdict: Judgement, leg: Leg, atMs: number): LegState {
  if (verdict.kind !== 'exhausted') return verdict;
  const { code, problem } = verdict;
  return {
    kind: 'parked',
    problem: { code, message: `attempt ${leg.attempts} was the last: ${problem.code}: ${problem.message}` },
    sinceMs: atMs,
  };
}

/** Parking is for people, so it is flushed at once. */
function changed(tx: Transaction, state: LegState): Transaction {
  return state.kind === 'parked' ? urgent(tx) : shown(tx);
}

function isAwaited(tx: Transaction, place: Place, attempt: number): boolean {
  const leg = legAt(tx, place);
  return leg.flight !== null && leg.calls === attempt;
}

/** A forward op may be open while undecided, an end op under the decision, a notice after the end. */
function isOpenNow(tx: Transaction, place: Place): boolean {
  const { kind } = legAt(tx, place).state;
  if (tx.paused !== null || (kind !== 'open' && kind !== 'retrying' && kind !== 'pending')) return false;
  if (place.kind === 'forward') return tx.status === 'active' && tx.branches[place.index]!.inHorizon;
  if (place.kind === 'check') return tx.status === 'active';
  return place.kind === 'notice' ? isFinal(tx.status) : tx.decision !== null && !isFinal(tx.status);
}

function rulesOf(tx: Transaction, place: Place): CallRules {
  const { policy } = tx;
  const { forwardAttempts, forwardTimeoutMs, endAttempts, endTimeoutMs } = policy;
  if (place.kind === 'forward') return { policy, attemptLimit: forwardAttempts, timeoutMs: forwardTimeoutMs, onRejected: 'ends' };
  const end = { policy, attemptLimit: endAttempts, timeoutMs: endTimeoutMs };
  if (place.kind === 'check') return { ...end, onRejected: 'ends' };
  const mayFail = place.kind === 'end' && patternOf(tx).failedAreTold !== null;
  return { ...end, onRejected: mayFail ? 'fails' : 'retries' };
}
