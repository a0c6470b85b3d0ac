/** The state for people: the body of `GET /v1/transactions/{gid}`. */
import type { View } from '../api.js';
import { deadlineAtMs, endOpOf, forwardOpOf, isFinal, isMixed } from '../model/facts.js';
import type { Op } from '../model/patterns.js';
import type { BranchState, Leg, Transaction } from '../model/transaction.js';
import type { BranchView, DecisionView, OpView } from '../model/view.js';

/** See `View` in `api.ts`. */
export const view: View = (tx, version, finishedAtMs) => ({
  gid: tx.gid,
  name: tx.name,
  key: tx.businessKey,
  pattern: tx.definition.pattern,
  driver: tx.definition.driver,
  policy: { name: tx.policy.name, version: tx.policy.version },
  status: tx.status,
  version,
  mixed: isMixed(tx),
  paused: tx.paused !== null,
  createdAtMs: tx.createdAtMs,
  deadlineAtMs: deadlineAtMs(tx),
  finishedAtMs,
  decision: decisionView(tx.decision, finishedAtMs),
  branches: tx.branches.map((branch, index) => branchView(tx, branch, index)),
  ...(tx.definition.trace === undefined ? {} : { trace: tx.definition.trace }),
});

/**
 * An image does not hold the moment of a plain commit (it would make every row a row of its own), so once there is an end the end is shown for it:
 * whoever waited is told the same as whoever reads it later.
 */
function decisionView(decision: Transaction['decision'], finishedAtMs: number | null): DecisionView | null {
  return decision?.kind === 'commit' && finishedAtMs !== null ? { ...decision, atMs: finishedAtMs } : decision;
}

function branchView(tx: Transaction, branch: BranchState, index: number): BranchView {
  const { id, endpoint, after, pivot, run } = tx.definition.branches[index]!;
  const forwardOp = forwardOpOf(tx, index);
  const endOp = tx.decision === null ? null : endOpOf(tx, index, tx.decision.kind);
  return {
    id,
    ...endpoint,
    after,
    pivot,
    run,
    forward: forwardOp === null ? null : opView(forwardOp, branch.forward, tx.status === 'active' ? 'open' : 'closed'),
    end: endOp === null ? null : opView(endOp, branch.end, isFinal(tx.status) ? 'closed' : 'open'),
    attention: attentionOf(tx, branch),
  };
}

function opView(op: Op, leg: Leg, phase: 'open' | 'closed'): OpView {
  const { state } = leg;
  const problem = problemOf(leg);
  const nextAtMs =
    phase === 'open' && leg.flight === null && (state.kind === 'retrying' || state.kind === 'pending') ? state.notBeforeMs : null;
  return {
    op,
    outcome: outcomeOf(leg, phase),
    attempts: leg.attempts,
    ...(state.kind === 'succeeded' && state.result !== undefined ? { result: JSON.parse(state.result) as unknown } : {}),
    ...(problem === null ? {} : { problem }),
    ...(nextAtMs === null ? {} : { nextAtMs }),
  };
}

function outcomeOf({ flight, state }: Leg, phase: 'open' | 'closed'): OpView['outcome'] {
  if (flight !== null) return 'in_flight';
  switch (state.kind) {
    case 'open':
      return 'none';
    case 'retrying':
      return phase === 'open' ? 'waiting' : 'unknown';
    case 'parked':
      return 'unknown';
    case 'succeeded':
      return state.by === 'hand' ? 'by_hand' : 'succeeded';
    default:
      return state.kind;
  }
}

function problemOf({ state }: Leg): OpView['problem'] | null {
  if (state.kind === 'retrying' || state.kind === 'parked') return state.problem;
  return state.kind === 'rejected' || state.kind === 'failed' ? state.refusal : null;
}

function attentionOf(tx: Transaction, { forward, end }: BranchState): BranchView['attention'] {
  const legs = tx.status === 'active' ? [forward] : [end];
  if (end.state.kind === 'failed') return 'failed';
  if (legs.some(({ state }) => state.kind === 'parked')) return 'parked';
  return legs.some(({ state }) => state.kind === 'retrying') ? 'retrying' : 'none';
}
