/** `planFor`: what is owed, cut down to what is due and to what the durable image permits. */
import type { PlanFor } from '../api.js';
import type { Invoke, Plan } from '../effects.js';
import { isDrivenByInitiator, isFinal } from '../model/facts.js';
import type { EpochMs } from '../model/ids.js';
import type { Place } from '../model/legs.js';
import type { BranchState, Leg, Transaction } from '../model/transaction.js';
import { owesOnlyItsEnd, pendingDeadlineMs } from '../step/index.js';
import { type Owed, owedCalls } from './owed.js';

/** See `PlanFor` in `api.ts`. */
export const planFor: PlanFor = (tx, durable, nowMs) => {
  const owed = owedCalls(tx);
  const inAir = someLeg(tx, isInAir);
  const invokes: Invoke[] = [];
  let isDue = false;
  for (const { place, notBeforeMs, call } of owed) {
    if (notBeforeMs > nowMs) continue;
    isDue = true;
    if (isPermitted(tx, place, durable)) invokes.push(call);
  }
  return {
    invokes,
    flush: flushFor(tx, durable),
    wakeAtMs: owesOnlyItsEnd(tx) ? nowMs : earliestWakeMs(tx, owed, nowMs),
    idle: !inAir && !isDue,
    waitsFor: waitsFor(tx, inAir || owed.length > 0),
  };
};

function isInAir({ flight }: Leg): boolean {
  return flight !== null;
}

function isParked({ state }: Leg): boolean {
  return state.kind === 'parked';
}

function earliestWakeMs(tx: Transaction, owed: readonly Owed[], nowMs: EpochMs): EpochMs | null {
  let earliestMs = pendingDeadlineMs(tx);
  for (const { notBeforeMs } of owed) {
    if (notBeforeMs > nowMs && (earliestMs === null || notBeforeMs < earliestMs)) earliestMs = notBeforeMs;
  }
  return earliestMs;
}

/** No call leaves unless the durable image permits it: its horizon, its decision, or (for notices) its end. */
function isPermitted(tx: Transaction, place: Place, durable: Transaction | null): boolean {
  if (durable === null || !isSaidDurably(tx, durable)) return false;
  if (place.kind === 'check') return true;
  if (place.kind === 'forward') return durable.branches[place.index]?.inHorizon === true && hasDurablePayload(tx, place.index, durable);
  return place.kind === 'end' ? durable.decision !== null : isFinal(durable.status);
}

/**
 * What a person said is acted on once it is durable. Whoever takes over would not know it, and ask the participant again or another person, who may say
 * otherwise; an answer of a participant is kept by its barrier, and needs no such care.
 */
function isSaidDurably(tx: Transaction, durable: Transaction): boolean {
  if (durable.revision.urgent === tx.revision.urgent) return true;
  return durable.policy === tx.policy && tx.branches.every((branch, index) => isSettledAlike(branch, durable.branches[index]));
}

function isSettledAlike(branch: BranchState, durable: BranchState | undefined): boolean {
  if (branch === durable) return true;
  return (['forward', 'end'] as const).every((leg) => !isByHand(branch[leg]) || (durable !== undefined && isByHand(durable[leg])));
}

/** A refusal by hand is none of these: it has decided, and a decision is acted on once it is durable anyway. */
function isByHand({ state }: Leg): boolean {
  return (state.kind === 'succeeded' || state.kind === 'failed') && state.by === 'hand';
}

/** A payload that was edited leaves once it is durable: after a crash the same content must leave again. States share what did not change. */
function hasDurablePayload(tx: Transaction, index: number, durable: Transaction): boolean {
  return durable.definition === tx.definition || durable.definition.branches[index] === tx.definition.branches[index];
}

function flushFor(tx: Transaction, durable: Transaction | null): Plan['flush'] {
  if (durable === null || durable.revision.urgent !== tx.revision.urgent) return 'now';
  return durable.revision.shown === tx.revision.shown ? 'no' : 'lazily';
}

function waitsFor(tx: Transaction, moving: boolean): Plan['waitsFor'] {
  if (moving) return 'time';
  if (isFinal(tx.status)) return 'final';
  if (tx.paused !== null || someLeg(tx, isParked)) return 'person';
  return tx.status === 'active' && isDrivenByInitiator(tx) ? 'initiator' : 'time';
}

/** A plan is made after every event, so nothing is gathered only to be looked at. */
function someLeg(tx: Transaction, holds: (leg: Leg) => boolean): boolean {
  if (tx.check !== null && holds(tx.check)) return true;
  return tx.branches.some(({ forward, end, notices }) => holds(forward) || holds(end) || notices.some(holds));
}
