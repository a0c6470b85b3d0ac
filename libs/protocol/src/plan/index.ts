/** `planFor`: what is owed, cut down to what is due and to what the durable image permits. */
import type { PlanFor } from '../api.js';
import type { Plan } from '../effects.js';
import { isDrivenByInitiator, isFinal } from '../model/facts.js';
import { legsOf } from '../model/legs.js';
import type { Leg, Transaction } from '../model/transaction.js';
import { pendingDeadlineMs } from '../step/index.js';
import { type Owed, owedCalls } from './owed.js';

/** See `PlanFor` in `api.ts`. */
export const planFor: PlanFor = (tx, durable, nowMs) => {
  const owed = owedCalls(tx);
  const due = owed.filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
  const inAir = allLegs(tx).some(({ flight }) => flight !== null);
  const times = owed.filter(({ notBeforeMs }) => notBeforeMs > nowMs).map(({ notBeforeMs }) => notBeforeMs);
  const deadlineMs = pendingDeadlineMs(tx);
  const wakes = deadlineMs === null ? times : [...times, deadlineMs];
  return {
    invokes: due.filter((call) => isPermitted(call, durable)).map(({ call }) => call),
    flush: flushFor(tx, durable),
    wakeAtMs: wakes.length === 0 ? null : Math.min(...wakes),
    idle: !inAir && due.length === 0,
    waitsFor: waitsFor(tx, inAir || owed.length > 0),
  };
};

/** No call leaves unless the durable image permits it: its horizon, its decision, or (for notices) its end. */
function isPermitted({ place }: Owed, durable: Transaction | null): boolean {
  if (durable === null) return false;
  if (place.kind === 'check') return true;
  if (place.kind === 'forward') return durable.branches[place.index]?.inHorizon === true;
  return place.kind === 'end' ? durable.decision !== null : isFinal(durable.status);
}

function flushFor(tx: Transaction, durable: Transaction | null): Plan['flush'] {
  if (durable === null || durable.revision.urgent !== tx.revision.urgent) return 'now';
  return durable.revision.shown === tx.revision.shown ? 'no' : 'lazily';
}

function waitsFor(tx: Transaction, moving: boolean): Plan['waitsFor'] {
  if (moving) return 'time';
  if (isFinal(tx.status)) return 'final';
  if (tx.paused !== null || allLegs(tx).some(({ state }) => state.kind === 'parked')) return 'person';
  return tx.status === 'active' && isDrivenByInitiator(tx) ? 'initiator' : 'time';
}

function allLegs(tx: Transaction): readonly Leg[] {
  const legs = tx.branches.flatMap(legsOf);
  return tx.check === null ? legs : [...legs, tx.check];
}
