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

/** In the order in which they should leave. A plan is made after every event, so calls are put into one list as they are found. */
export function owedCalls(tx: Transaction): readonly Owed[] {
  const owed: Owed[] = [];
  if (tx.paused !== null) return owed;
  if (tx.status === 'active') {
    addForward(tx, owed);
    addCheck(tx, owed);
  } else if (isFinal(tx.status)) {
    addNotices(tx, owed);
  } else if (tx.status === 'committing') {
    addCommits(tx, owed);
  } else {
    addRollbacks(tx, owed);
  }
  return owed;
}

function addForward(tx: Transaction, owed: Owed[]): void {
  for (const [index, branch] of tx.branches.entries()) {
    if (!branch.inHorizon || nextCallMs(branch.forward) === null) continue;
    const op = forwardOpOf(tx, index);
    if (op === null || !coordinatorRuns(tx, index)) continue;
    if (tx.graph.after[index]!.every((before) => tookEffect(tx.branches[before]!))) {
      addBranchCall(tx, { kind: 'forward', index }, branch.forward, op, owed);
    }
  }
}

function addCommits(tx: Transaction, owed: Owed[]): void {
  for (const index of tx.branches.keys()) {
    if (tx.graph.after[index]!.every((before) => hasEnded(tx.branches[before]!.end))) addEnd(tx, index, owed);
  }
}

/** In reverse order; in strict and declared order each waits until everything behind it is rolled back and no longer in the air. */
function addRollbacks(tx: Transaction, owed: Owed[]): void {
  const waits = patternOf(tx).rollbackOrder !== 'preferred';
  const clear = tx.branches.map(() => true);
  for (const index of [...tx.graph.order].reverse()) {
    clear[index] = tx.graph.before[index]!.every((next) => clear[next] && isRolledBack(tx, next));
    if (clear[index] || !waits) addEnd(tx, index, owed);
  }
}

function isRolledBack(tx: Transaction, index: number): boolean {
  const { forward, end } = tx.branches[index]!;
  return forward.flight === null && hasEnded(end);
}

/** A branch's end is sent when its own forward call has ended at the sender (DESIGN 4.4). */
function addEnd(tx: Transaction, index: number, owed: Owed[]): void {
  const { forward, end } = tx.branches[index]!;
  const op = tx.decision === null ? null : endOpOf(tx, index, tx.decision.kind);
  if (op !== null && forward.flight === null) addBranchCall(tx, { kind: 'end', index }, end, op, owed);
}

function addNotices(tx: Transaction, owed: Owed[]): void {
  const { afterEnd } = patternOf(tx);
  if (afterEnd.length === 0) return;
  for (const [index, branch] of tx.branches.entries()) {
    const next = branch.notices.findIndex((leg) => !hasEnded(leg) && leg.state.kind !== 'parked');
    if (next >= 0) addBranchCall(tx, { kind: 'notice', index, notice: next }, branch.notices[next]!, afterEnd[next]!, owed);
  }
}

function addCheck(tx: Transaction, owed: Owed[]): void {
  const { checkBack } = tx.definition;
  const { askOp } = patternOf(tx);
  if (tx.check === null || checkBack === undefined || askOp === null) return;
  addCall(tx, { kind: 'check' }, tx.check, { branch: initiatorBranch, op: askOp, endpoint: checkBack, payload: '{}' }, owed);
}

function addBranchCall(tx: Transaction, place: Place & { index: number }, leg: Leg, op: Op, owed: Owed[]): void {
  const { id, payload } = tx.definition.branches[place.index]!;
  const { asked, askOp } = patternOf(tx);
  const asks = place.kind === 'end' && leg.state.kind === 'pending' && asked === 'participant' && askOp !== null;
  const calledOp = asks && answersTo(tx, place.index, askOp) ? askOp : op;
  addCall(tx, place, leg, { branch: id, op: calledOp, endpoint: endpointOf(tx, place.index), payload }, owed);
}

interface Target {
  readonly branch: string;
  readonly op: Op;
  readonly endpoint: Endpoint;
  readonly payload: string;
}

function addCall(tx: Transaction, place: Place, leg: Leg, target: Target, owed: Owed[]): void {
  const notBeforeMs = nextCallMs(leg);
  if (notBeforeMs === null) return;
  const asks = place.kind === 'check' || leg.state.kind === 'pending';
  const call: Invoke = {
    kind: asks ? 'ask' : 'invoke',
    branch: target.branch,
    op: target.op,
    attempt: leg.calls + 1,
    endpoint: target.endpoint,
    payload: target.payload,
    timeoutMs: place.kind === 'forward' ? tx.policy.forwardTimeoutMs : tx.policy.endTimeoutMs,
    needs: place.kind === 'forward' || place.kind === 'check' ? 'horizon' : 'decision',
  };
  owed.push({ place, notBeforeMs, call });
}

/** From when on a leg may be called, or `null` when it waits for something other than time. */
function nextCallMs({ flight, state }: Leg): EpochMs | null {
  if (flight !== null) return null;
  if (state.kind === 'open') return 0;
  return state.kind === 'retrying' || state.kind === 'pending' ? state.notBeforeMs : null;
}
