/**
 * The ports around events. The engine writes them in the flush of the image that they tell of, and says that some are there; a relay outside of
 * the engine reads, publishes and deletes them. So an event is published if and only if its image is durable, however the broker fares.
 */
import type { Status } from '@assent/protocol';
import type { Incarnation } from './transaction-store.js';

export interface EventKey {
  readonly gid: string;
  /** Of the image that the event tells of: a gid has at most one event per version. */
  readonly version: number;
}

/** A row of `outbox`. */
export interface EventRow extends EventKey {
  readonly name: string;
  readonly status: Status;
  /** JSON text of the `TransactionEvent`. */
  readonly body: string;
  /** Database time at which the image was made, milliseconds. */
  readonly atMs: number;
}

/** An event as a relay finds it. */
export interface WaitingEvent extends EventRow {
  /** True when an older event of its transaction has been set aside: this one must not overtake it. */
  readonly isBehind: boolean;
}

/** An event that is set aside, and what for. */
export interface RefusedEvent extends EventKey {
  /** For people; cut to what the column holds. */
  readonly cause: string;
}

/** What waits to be published. */
export interface Backlog {
  /** Counted up to `MOST_COUNTED`. */
  readonly rows: number;
  readonly oldestAtMs: number | null;
}

/**
 * The outbox as its relay sees it. A row belongs to the incarnation that wrote it, so that each is published by one node. Every method throws
 * `StoreUnavailableError` while the database is away, and is safe to repeat.
 */
export interface Outbox {
  /**
   * Rows of this incarnation, oldest first; of one gid in the order of its versions, and none while an older one of that gid waits elsewhere: with
   * another node, or behind `limit`.
   */
  readEvents(incarnation: Incarnation, limit: number): Promise<readonly WaitingEvent[]>;
  /** Deletes what the broker has acknowledged. */
  deleteEvents(keys: readonly EventKey[]): Promise<void>;
  /** Makes at most `limit` rows of nodes that are no longer alive this incarnation's. Returns how many. */
  adoptEvents(incarnation: Incarnation, limit: number): Promise<number>;
  backlog(incarnation: Incarnation): Promise<Backlog>;

  /**
   * Moves events out of the way of others: the broker refuses them, or they are behind one that it refuses. What is no longer in the outbox stays away.
   * `nowMs` counts as the time at which they were tried; milliseconds since the epoch.
   */
  setAside(events: readonly RefusedEvent[], nowMs: number): Promise<void>;
  /** Of every transaction the oldest event that is set aside, if it was tried before `triedBeforeMs`; the one tried longest ago first. */
  readRefused(triedBeforeMs: number, limit: number): Promise<readonly EventRow[]>;
  /** Events that are set aside were tried again, in vain. */
  noteRefused(keys: readonly EventKey[], nowMs: number): Promise<void>;
  /** Deletes events that were set aside, and that the broker has acknowledged since. */
  deleteRefused(keys: readonly EventKey[]): Promise<void>;
  /** How many events are set aside, of all nodes; counted up to `MOST_COUNTED`. */
  countRefused(): Promise<number>;
}

/** Present when events are to be written. */
export interface Announcer {
  /** Events of this incarnation are durable. Returns at once and never throws. */
  announced(): void;
}
