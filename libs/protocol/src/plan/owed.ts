/**
 * What a transaction owes in its present state: calls that its order permits, whether they are due yet or not, and whether the durable image
 * permits them or not. Derived anew each time; nothing is queued, so an abort is never overtaken by what was planned before it.
 */
import type { Invoke } from '../effects.js';
import type { Endpoint } from '../model/definition.js';
import {
  answersTo,
  coordinatorRuns,
  endOpOf,
  endpointOf,
  forwardOpOf,
  hasEnded,
  initiatorBranch,
  isFinal,
  patternOf,
  tookEffect,
} from '../model/facts.js';
import type { EpochMs } from '../model/ids.js';
import type { Place } from '../model/legs.js';
import type { Op } from '../model/patterns.js';
import type { Leg, Transaction } from '../model/transaction.js';

export interface Owed {
  readonly place: Place;
  readonly notBeforeMs: EpochMs;
  readonly call: Invoke;
}

/** In the order in which they should leave. */
export function owedCalls(tx: Transaction): readonly Owed[] {
  if (tx.paused !== null) return [];
  if (tx.status === 'active') return [...owedForward(tx), ...owedCheck(tx)];
  if (isFinal(tx.status)) return owedNotices(tx);
  return tx.status === 'committing' ? owedCommits(tx) : owedRollbacks(tx);
}

function owedForward(tx: Transaction): readonly Owed[] {
  return tx.branches.flatMap((branch, index) => {
    const op = forwardOpOf(tx, index);
    if (op === null || !branch.inHorizon || !coordinatorRuns(tx, index)) return [];
    if (!tx.graph.after[index]!.every((before) => tookEffect(tx.branches[before]!))) return [];
    return branchCall(tx, { kind: 'forward', index }, branch.forward, op);
  });
}

function owedCommits(tx: Transaction): readonly Owed[] {
  return tx.branches.flatMap((_, index) => {
    const isTurn = tx.graph.after[index]!.every((before) => hasEnded(tx.branches[before]!.end));
    return isTurn ? owedEnd(tx, index) : [];
  });
}

/** In reverse order; in strict and declared order each waits until everything behind it is rolled back and no longer in the air. */
function owedRollbacks(tx: Transaction): readonly Owed[] {
  const waits = patternOf(tx).rollbackOrder !== 'preferred';
  const clear = tx.branches.map(() => true);
  const owed: Owed[] = [];
  for (const index of [...tx.graph.order].reverse()) {
    clear[index] = tx.graph.before[index]!.every((next) => clear[next] && isRolledBack(tx, next));
    if (clear[index] || !waits) owed.push(...owedEnd(tx, index));
  }
  return owed;
}

function isRolledBack(tx: Transaction, index: number): boolean {
  const { forward, end } = tx.branches[index]!;
  return forward.flight === null && hasEnded(end);
}

/** A branch's end is sent when its own forward call has ended at the sender (DESIGN 4.4). */
function owedEnd(tx: Transaction, index: number): readonly Owed[] {
  const { forward, end } = tx.branches[index]!;
  const op = tx.decision === null ? null : endOpOf(tx, index, tx.decision.kind);
  if (op === null || forward.flight !== null) return [];
  return branchCall(tx, { kind: 'end', index }, end, op);
}

function owedNotices(tx: Transaction): readonly Owed[] {
  const { afterEnd } = patternOf(tx);
  return tx.branches.flatMap((branch, index) => {
    const next = branch.notices.findIndex((leg) => !hasEnded(leg) && leg.state.kind !== 'parked');
    return next < 0 ? [] : branchCall(tx, { kind: 'notice', index, notice: next }, branch.notices[next]!, afterEnd[next]!);
  });
}

function owedCheck(tx: Transaction): readonly Owed[] {
  const { checkBack } = tx.definition;
  const { askOp } = patternOf(tx);
  if (tx.check === null || checkBack === undefined || askOp === null) return [];
  return call(tx, { kind: 'check' }, tx.check, { branch: initiatorBranch, op: askOp, endpoint: checkBack, payload: '{}' });
}

function branchCall(tx: Transaction, place: Place & { index: number }, leg: Leg, op: Op): readonly Owed[] {
  const { id, payload } = tx.definition.branches[place.index]!;
  const { asked, askOp } = patternOf(tx);
  const asks = place.kind === 'end' && leg.state.kind === 'pending' && asked === 'participant' && askOp !== null;
  const calledOp = asks && answersTo(tx, place.index, askOp) ? askOp : op;
  return call(tx, place, leg, { branch: id, op: calledOp, endpoint: endpointOf(tx, place.index), payload });
}

interface Target {
  readonly branch: string;
  readonly op: Op;
  readonly endpoint: Endpoint;
  readonly payload: string;
}

function call(tx: Transaction, place: Place, leg: Leg, target: Target): readonly Owed[] {
  const notBeforeMs = nextCallMs(leg);
  if (notBeforeMs === null) return [];
  const asks = place.kind === 'check' || leg.state.kind === 'pending';
  const timeoutMs = place.kind === 'forward' ? tx.policy.forwardTimeoutMs : tx.policy.endTimeoutMs;
  const needs = place.kind === 'forward' || place.kind === 'check' ? 'horizon' : 'decision';
  return [{ place, notBeforeMs, call: { ...target, kind: asks ? 'ask' : 'invoke', attempt: leg.calls + 1, timeoutMs, needs } }];
}

/** From when on a leg may be called, or `null` when it waits for something other than time. */
function nextCallMs({ flight, state }: Leg): EpochMs | null {
  if (flight !== null) return null;
  if (state.kind === 'open') return 0;
  return state.kind === 'retrying' || state.kind === 'pending' ? state.notBeforeMs : null;
}
