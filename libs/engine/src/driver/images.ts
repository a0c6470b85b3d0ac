/**
 * The rows of a resident: its durable image, who owns it after that image, when it will be due at rest, and what the attention table says
 * (DESIGN 7 and 8). Made when a batch is cut.
 */
import { type Attention, attentionOf, type Endpoint, eventOf, imageOf, type Plan, planFor, type Transaction } from '@assent/protocol';
import { attentionOfHeld, type Dispatch, type HeldRest, type Hold, heldRestOf } from '../dispatch/index.js';
import type { BranchInvoker } from '../ports/branch-invoker.js';
import type { Incarnation } from '../ports/transaction-store.js';
import type { Batch } from '../writer/index.js';
import type { Resident } from './resident.js';

export interface ImageContext {
  readonly self: Incarnation;
  readonly restAfterMs: number;
  readonly nowMs: number;
  readonly invoker: Pick<BranchInvoker, 'participantOf'>;
  readonly dispatch: Pick<Dispatch<Resident>, 'isHolding' | 'holdOf' | 'noteResting'>;
  readonly events: 'written' | 'none';
}

/** Who owns a transaction after an image, when it is due if nobody does, and what it owes then. */
export interface Standing {
  readonly plan: Plan;
  readonly owner: Incarnation | null;
  readonly dueAtMs: number | null;
  /** Why it rests although something is due: all of it is held back. */
  readonly holds: readonly Hold[];
}

const NO_HOLDS: readonly Hold[] = [];

/** A transaction for which time is owed, though nobody can say when, is looked at once a day. */
const ONCE_A_DAY_MS = 86_400_000;

/** Retention flags what is undecided for longer than anything is kept, in the attention table and behind the engine's back: never before this age. */
const YOUNGEST_FLAGGED_MS = 86_400_000;

/** Adds the resident's row to the batch. False when the store holds it already. Throws what the machine throws. */
export function writeImage(resident: Resident, batch: Batch, context: ImageContext): boolean {
  const tx = resident.present;
  const { plan, owner, dueAtMs, holds } = heldStandingOf(resident, context) ?? standingOf(tx, resident.leaving, context);
  const isBegin = resident.durable === null;
  if (!isBegin && tx === resident.durable && owner === resident.owner) return false;
  const attention = isBegin ? resident.attention : writeAttention(resident, tx, owner === null, batch, context, holds);
  if (holds.length > 0) context.dispatch.noteResting(holds);
  if (isBegin) writeBegin(resident, batch, owner, dueAtMs);
  else writeMove(resident, batch, owner, dueAtMs);
  if (!resident.bare) for (const row of resident.waitingAttempts) batch.attempt(row);
  if (context.events === 'written') writeEvent(resident, batch, context);
  const deeds = resident.waitingDeeds;
  for (const row of deeds) batch.deed(row);
  const commands = resident.appliedCommands;
  for (const id of commands) batch.apply({ id, gid: resident.gid });
  resident.flying = {
    tx,
    revision: resident.revision,
    owner,
    attention,
    attempts: resident.waitingAttempts.length,
    deeds: deeds.length,
    commands,
    plan,
  };
  return true;
}

/**
 * At rest is whatever is idle and waits for its initiator or a person, or for a time that is far away; so the image that brings a
 * transaction there lets it go, without a flush of its own.
 */
export function standingOf(tx: Transaction, isLeaving: boolean, context: ImageContext): Standing {
  const plan = planFor(tx, tx, context.nowMs);
  if (isRestful(plan, context.nowMs, context.restAfterMs))
    return { plan, owner: null, dueAtMs: dueAtRest(plan, context.nowMs), holds: NO_HOLDS };
  if (isLeaving) return { plan, owner: null, dueAtMs: context.nowMs, holds: NO_HOLDS };
  return { plan, owner: context.self, dueAtMs: null, holds: NO_HOLDS };
}

/**
 * A transaction in memory that owes only what is held back for long rests, unless it has just been accepted; `null`: it does not. What a node that
 * leaves knows of a breaker leaves with it: the next one finds out for itself.
 */
function heldStandingOf(resident: Resident, context: ImageContext): Standing | null {
  if (!context.dispatch.isHolding || resident.durable === null) return null;
  const tx = resident.present;
  const plan = planFor(tx, tx, context.nowMs);
  const rest = heldRest(resident, plan, context);
  if (rest === null || (resident.leaving && rest.holds.some(({ code }) => code !== 'dispatch_paused'))) return null;
  return { plan, owner: null, dueAtMs: rest.untilMs, holds: rest.holds };
}

/** The rest that a transaction in memory may take because all it owes is held back; `null`: none. */
export function heldRest(
  resident: Resident,
  plan: Plan,
  { dispatch, nowMs, restAfterMs }: Pick<ImageContext, 'dispatch' | 'nowMs' | 'restAfterMs'>,
): HeldRest | null {
  return resident.flights.size > 0 ? null : heldRestOf(resident.present, plan, dispatch, nowMs, restAfterMs);
}

/** True when a transaction with this plan need not be in anybody's memory. */
export function isRestful(plan: Plan, nowMs: number, restAfterMs: number): boolean {
  if (!plan.idle) return false;
  return plan.waitsFor !== 'time' || plan.wakeAtMs === null || plan.wakeAtMs > nowMs + restAfterMs;
}

function dueAtRest(plan: Plan, nowMs: number): number | null {
  if (plan.waitsFor === 'final') return null;
  if (plan.wakeAtMs !== null) return plan.wakeAtMs;
  return plan.waitsFor === 'person' ? null : nowMs + ONCE_A_DAY_MS;
}

function writeBegin(resident: Resident, batch: Batch, owner: Incarnation | null, dueAtMs: number | null): void {
  const tx = resident.present;
  const image = imageOf(tx);
  batch.begin({
    gid: resident.gid,
    status: image.status,
    mixed: image.mixed,
    paused: image.paused,
    definition: image.definition,
    progress: image.progress,
    owner,
    dueAtMs,
    pattern: tx.definition.pattern,
    name: tx.name,
    businessKey: tx.businessKey,
    createdBy: tx.createdBy,
    contentHash: resident.contentHash,
    createdAtMs: tx.createdAtMs,
  });
}

function writeMove(resident: Resident, batch: Batch, owner: Incarnation | null, dueAtMs: number | null): void {
  const guard = { gid: resident.gid, fromVersion: resident.version, knownOwner: resident.owner, owner, dueAtMs };
  if (resident.present === resident.durable) {
    batch.move({ ...guard, image: null });
    return;
  }
  const { status, mixed, paused, progress, definition } = imageOf(resident.present);
  const isSameDefinition = resident.present.definition === resident.durable?.definition;
  const moved = { status, mixed, paused, progress };
  batch.move({ ...guard, image: isSameDefinition ? moved : { ...moved, definition } });
}

/** Written even when the store has refused side rows before: it holds nothing that the image itself does not hold, and it may not be lost. */
function writeEvent(resident: Resident, batch: Batch, { nowMs, invoker }: ImageContext): void {
  const { gid, durable, present } = resident;
  const version = resident.version + 1;
  const event = eventOf(durable, present, { version, atMs: nowMs, participantOf: (endpoint) => invoker.participantOf(endpoint) });
  if (event !== null) batch.event({ gid, version, name: present.name, status: present.status, body: JSON.stringify(event), atMs: nowMs });
}

/**
 * Writes the attention rows when they differ from what the store is known to hold, or when the decision comes so late that retention may have flagged that
 * there was none: the flag goes with it. Returns what the store will hold.
 */
function writeAttention(
  resident: Resident,
  tx: Transaction,
  isAtRest: boolean,
  batch: Batch,
  context: ImageContext,
  holds: readonly Hold[],
): string | null {
  if (resident.bare) return resident.attention;
  const participantOf = (endpoint: Endpoint) => context.invoker.participantOf(endpoint);
  const rows = holds.length > 0 ? attentionOfHeld(tx, holds, participantOf) : attentionOf(tx, isAtRest, participantOf);
  const text = textOf(rows);
  const isDecidedLate =
    resident.durable?.status === 'active' && tx.status !== 'active' && context.nowMs - tx.createdAtMs > YOUNGEST_FLAGGED_MS;
  if (isDecidedLate || text !== resident.attention) batch.changeAttention({ gid: resident.gid, rows });
  return text;
}

/**
 * What the attention table holds of a transaction that rests with this image: written with it, and not touched since. `null`: of one that rested
 * although something is due, it holds why that was held back, which nobody here knows.
 */
export function attentionAtRest(tx: Transaction, plan: Plan): string | null {
  return plan.invokes.length > 0 ? null : textOf(attentionOf(tx, true, () => ''));
}

/** What tells two sets of attention rows apart; the participant and the time follow from it. */
function textOf(rows: readonly Attention[]): string {
  let text = '';
  for (const row of rows) text += `${row.branch}/${row.kind}/${row.code}\n`;
  return text;
}
