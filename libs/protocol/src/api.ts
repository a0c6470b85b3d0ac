/**
 * The functions of the machine as the engine sees them. This file holds only their types, so that the engine, the simulator and the
 * store can be read without knowing how the machine is built.
 */
import type { Plan } from './effects.js';
import type { ProtocolEvent } from './events.js';
import type { Definition, Endpoint } from './model/definition.js';
import type { EpochMs, Gid } from './model/ids.js';
import type { Policy } from './model/policy.js';
import type { Transaction } from './model/transaction.js';
import type { Status, TransactionView } from './model/view.js';
import type { TransactionEvent } from './wire/event.js';

/** What is fixed when a transaction is accepted. */
export interface Origin {
  readonly gid: Gid;
  readonly name: string;
  readonly businessKey: string | null;
  readonly createdBy: string;
  readonly createdAtMs: EpochMs;
}

/** The moving part of a durable row: what a flush writes, what `load` reads back. */
export interface Image {
  readonly status: Status;
  readonly mixed: boolean;
  readonly paused: boolean;
  /** JSON text of the `Definition`. */
  readonly definition: string;
  /** JSON text of what differs from what the status implies; empty for a plain start and for a plain success. */
  readonly progress: string;
}

/** What became of an event. */
export type Answer =
  | { readonly kind: 'done' }
  /** A command that had been carried out before: answered as then. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refused'; readonly code: CommandRefusal; readonly detail: string }
  /** Changes nothing; `mark` is counted (`late_reply`, `early_wake`, ...). */
  | { readonly kind: 'ignored'; readonly mark: string };

/** Codes of refused commands: a subset of the error catalogue (all are 409). */
export type CommandRefusal =
  | 'coordinator_driven'
  | 'already_decided'
  | 'branches_differ'
  | 'past_pivot'
  | 'already_committing'
  | 'already_aborting'
  | 'content_differs'
  | 'not_registrable'
  | 'not_parked'
  | 'unknown_branch'
  | 'already_sent'
  | 'policy_unfit'
  | 'already_final';

/** One thing wrong with a definition; all of them are reported at once. */
export interface DefinitionProblem {
  readonly code: string;
  readonly detail: string;
  /** JSON pointer into the request. */
  readonly pointer: string;
}

export interface Loaded {
  readonly origin: Origin;
  readonly image: Image;
  readonly policy: Policy;
  readonly version: number;
  readonly finishedAtMs: EpochMs | null;
}

/**
 * A row of the table `attention`: why somebody may want to look at this transaction. `branch` is empty for the whole of it. `waiting` is written by
 * the engine: nothing is sent to the participant, so that the branch rests without using up attempts.
 */
export interface Attention {
  readonly branch: string;
  readonly kind: 'retrying' | 'waiting' | 'parked' | 'paused' | 'mixed';
  readonly code: string;
  readonly participant: string;
  readonly sinceMs: EpochMs;
}

/** Accepts a transaction (its first image is not durable yet). Throws `ProtocolBug` when `checkDefinition` had something to say. */
export type Begin = (origin: Origin, definition: Definition, policy: Policy) => Transaction;

/** Pure and total: every event in every state has an answer. Never changes `tx`. */
export type Step = (tx: Transaction, event: ProtocolEvent) => { readonly tx: Transaction; readonly answer: Answer };

/**
 * What is owed at `nowMs`, as far as `durable` permits: the state whose image was flushed last (states are immutable, so the engine keeps the
 * very object that it handed to `imageOf`), or `null` before the first flush has landed. After a crash: `plan(tx, tx, nowMs)` of `load(...)`.
 */
export type PlanFor = (tx: Transaction, durable: Transaction | null, nowMs: EpochMs) => Plan;

/** The durable image of a state. */
export type ImageOf = (tx: Transaction) => Image;

/** Reads a state back from its durable image: every branch inside the horizon not known to have ended counts as maybe sent. */
export type Load = (loaded: Loaded) => Transaction;

/** The state for people; `version` counts durable images. */
export type View = (tx: Transaction, version: number, finishedAtMs: EpochMs | null) => TransactionView;

/** Rows of the table `attention` for this state: only what is parked, paused, mixed, or waits long for a retry (`atRest`). */
export type AttentionOf = (tx: Transaction, atRest: boolean, participantOf: (endpoint: Endpoint) => string) => readonly Attention[];

/** What an event needs beside the two states between which something changed. */
export interface EventContext {
  /** The version of the image that is about to become durable. */
  readonly version: number;
  readonly atMs: EpochMs;
  readonly participantOf: (endpoint: Endpoint) => string;
}

/**
 * The event of an image: `before` is the state of the image it replaces, `null` for the first one. `null` when neither the status nor what is parked
 * or paused differs.
 */
export type EventOf = (before: Transaction | null, after: Transaction, context: EventContext) => TransactionEvent | null;

/** Everything that is wrong with a definition, with the code, the sentence that helps, and a JSON pointer; empty when it is fine. */
export type CheckDefinition = (definition: Definition, policy: Policy) => readonly DefinitionProblem[];
