/** An event of a transaction as it is published and consumed: its content, its subject, its id. `docs/events.md` describes it for people. */
import type { BranchId, EpochMs, Gid } from '../model/ids.js';
import type { PatternName } from '../model/patterns.js';
import type { DecisionView, Status } from '../model/view.js';

/** One thing that a durable image changed. */
export type EventChange =
  /** `from` is null when the transaction was accepted. */
  | { readonly what: 'status'; readonly from: Status | null; readonly to: Status }
  /** Only a person can move this branch; `branch` is empty for the check-back of a message. */
  | { readonly what: 'parked'; readonly branch: BranchId; readonly code: string }
  | { readonly what: 'unparked'; readonly branch: BranchId }
  | { readonly what: 'paused' }
  | { readonly what: 'resumed' };

/** A branch that only a person can move. */
export interface ParkedBranch {
  readonly branch: BranchId;
  readonly participant: string;
  readonly code: string;
}

/** How a transaction stands after a durable image that changed its status or its parking. It holds no payloads and no results. */
export interface TransactionEvent {
  readonly gid: Gid;
  /** Counts durable images: with the gid it names the event, and of two events of one gid the greater is the newer. */
  readonly version: number;
  readonly name: string;
  readonly pattern: PatternName;
  readonly key: string | null;
  readonly status: Status;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly createdAtMs: EpochMs;
  /** When the image was made, on the clock of the coordinator's database. */
  readonly atMs: EpochMs;
  readonly decision: DecisionView | null;
  readonly parked: readonly ParkedBranch[];
  readonly changes: readonly EventChange[];
  /** The W3C `traceparent` that the transaction was begun with, when there was one. */
  readonly trace?: string;
}

/** Every event's subject begins so. */
export const eventSubjectPrefix = 'assent.tx';

/** `assent.tx.<name>.<status>`. The name may hold any character: see `subjectToken`. */
export function eventSubject(name: string, status: Status): string {
  return `${eventSubjectPrefix}.${subjectToken(name)}.${status}`;
}

/**
 * A text as one token of a NATS subject: everything but letters, digits, `-` and `_` is percent-encoded (RFC 3986, UTF-8), the dot and the wildcards
 * too. Different texts give different tokens; the empty text gives `%`, which no other does.
 */
export function subjectToken(text: string): string {
  if (text === '') return '%';
  return encodeURIComponent(text).replace(/[.!~*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What a consumer keeps to have each event once; the broker knows the event by it, too (`Nats-Msg-Id`). */
export function eventId({ gid, version }: { readonly gid: Gid; readonly version: number }): string {
  return `${gid}:${version}`;
}
