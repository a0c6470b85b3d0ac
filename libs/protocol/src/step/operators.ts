/** What a person may do: pause, resume, retry, give another policy or payload, say how a parked op ended (DESIGN section 2, Attention). */
import { checkDefinition } from '../check/index.js';
import type { Definition } from '../model/definition.js';
import { hasEnded, initiatorBranch, isFinal } from '../model/facts.js';
import { freshLeg, land, legAt, type Place, placeOf, withLeg } from '../model/legs.js';
import type { Leg, Transaction } from '../model/transaction.js';
import { decideAbort, decideCommit } from './decide.js';
import { settle } from './settle.js';
import { done, type EventOf, ignored, refused, repeated, type Stepped, urgent } from './stepped.js';

/** Nothing more is sent; what others ask for is recorded, and acted on at resume. */
export function pause(tx: Transaction, event: EventOf<'paused'>): Stepped {
  if (isFinal(tx.status)) return ignored(tx, 'already_final');
  if (tx.paused !== null) return repeated(tx);
  return done(urgent({ ...tx, paused: { by: event.by, atMs: event.atMs } }));
}

export function resume(tx: Transaction): Stepped {
  return tx.paused === null ? repeated(tx) : done(urgent({ ...tx, paused: null }));
}

/** Gives every parked or waiting op of a branch a fresh budget and lets it go at once. */
export function retryNow(tx: Transaction, event: EventOf<'retryRequested'>): Stepped {
  const places = event.branch === null ? allWaitingPlaces(tx) : waitingPlaces(tx, event.branch);
  const what = event.branch === null ? tx.gid : `"${event.branch}"`;
  if (places.length === 0) return refused(tx, 'not_parked', `Nothing of ${what} is parked or waits for a retry.`);
  return done(urgent(places.reduce((next, place) => withLeg(next, place, renewed(legAt(next, place))), tx)));
}

/** A person says how an op that only a person can move has ended. */
export function resolve(tx: Transaction, event: EventOf<'resolvedByHand'>): Stepped {
  const place = placeOf(tx, event.branch, event.op);
  const leg = place === null ? null : legAt(tx, place);
  if (place === null || leg === null || leg.state.kind !== 'parked') {
    return refused(tx, 'not_parked', `${event.op} of "${event.branch}" is not parked: only what nobody else can move is resolved by hand.`);
  }
  const refusal = { code: 'resolved_by_hand', message: `${event.by} says that it did not, and never will` };
  if (place.kind === 'check') {
    return done(event.outcome === 'succeeded' ? decideCommit(tx, event.atMs) : decideAbort(tx, refusal, event.atMs));
  }
  if (event.outcome === 'succeeded') return resolved(tx, place, land(leg, { kind: 'succeeded', by: 'hand' }), event.atMs);
  const state =
    place.kind === 'forward'
      ? ({ kind: 'rejected', refusal } as const)
      : ({ kind: 'failed', by: 'hand', refusal, sinceMs: event.atMs } as const);
  return resolved(tx, place, land(leg, state), event.atMs);
}

/** Another policy for what is still to come. What is parked stays parked; a deadline that lies behind acts at once. */
export function changePolicy(tx: Transaction, { policy }: EventOf<'policyChanged'>): Stepped {
  const { name, version } = policy;
  if (tx.policy.name === name && tx.policy.version === version) return repeated(tx);
  const definition = { ...tx.definition, policy: { name, version } };
  const [problem] = checkDefinition(definition, policy);
  if (problem !== undefined) return refused(tx, 'policy_unfit', problem.detail);
  return done(urgent({ ...withDefinition(tx, definition), policy }));
}

/** Another payload for a step that is known not to have been sent: of one that may have been, nobody knows which payload took effect. */
export function editPayload(tx: Transaction, { branch: id, payload }: EventOf<'payloadEdited'>): Stepped {
  const index = tx.graph.indexOf.get(id);
  if (index === undefined) return refused(tx, 'unknown_branch', `Transaction ${tx.gid} has no branch "${id}".`);
  const branch = tx.definition.branches[index]!;
  if (branch.payload === payload) return repeated(tx);
  const { forward, released } = tx.branches[index]!;
  if (released || forward.sent !== 'no') return refused(tx, 'already_sent', `"${id}" was or may have been sent with the payload it has.`);
  const branches = tx.definition.branches.with(index, { ...branch, payload });
  return done(urgent(withDefinition(tx, { ...tx.definition, branches })));
}

function withDefinition(tx: Transaction, definition: Definition): Transaction {
  return { ...tx, definition, definitionText: JSON.stringify(definition) };
}

function resolved(tx: Transaction, place: Place, leg: Leg, atMs: number): Stepped {
  return done(settle(urgent(withLeg(tx, place, leg)), atMs));
}

function allWaitingPlaces(tx: Transaction): readonly Place[] {
  return [initiatorBranch, ...tx.definition.branches.map(({ id }) => id)].flatMap((id) => waitingPlaces(tx, id));
}

function waitingPlaces(tx: Transaction, branchId: string): readonly Place[] {
  const index = tx.graph.indexOf.get(branchId);
  if (index === undefined) return tx.check !== null && isWaiting(tx.check) ? [{ kind: 'check' }] : [];
  const branch = tx.branches[index]!;
  const places: Place[] = [];
  if (tx.status === 'active' && isWaiting(branch.forward)) places.push({ kind: 'forward', index });
  if (tx.decision !== null && !hasEnded(branch.end) && isWaiting(branch.end)) places.push({ kind: 'end', index });
  branch.notices.forEach((leg, notice) => {
    if (isWaiting(leg)) places.push({ kind: 'notice', index, notice });
  });
  return places;
}

function isWaiting(leg: Leg): boolean {
  return leg.flight === null && ['parked', 'retrying', 'pending'].includes(leg.state.kind);
}

function renewed(leg: Leg): Leg {
  return { ...freshLeg(leg.sent), calls: leg.calls };
}
