/**
 * The port behind which orders of operators about participants are kept. One small table that every node looks at each second, so that an
 * order given to one node holds at all of them, and at those that start later.
 */

/** The orders in force for one participant. */
export interface ParticipantControl {
  readonly name: string;
  /** Counts the orders: of two readings the one with the higher number is the later. */
  readonly version: number;
  /** While it is there nothing is sent to this participant. */
  readonly pause: { readonly by: string; readonly reason: string; readonly atMs: number } | null;
  /** Counts the orders to close the breaker: a node that sees a new number closes its own. */
  readonly resets: number;
  /** Counts the orders to call at once whatever waits in back-off. */
  readonly wakes: number;
  /** When that was ordered last, database time; 0: never. */
  readonly wokenAtMs: number;
}

export interface ParticipantOrder {
  readonly kind: 'pause' | 'resume' | 'reset' | 'wake';
  readonly participant: string;
  readonly by: string;
  readonly reason: string;
  /** Database time. */
  readonly atMs: number;
}

/** What the table `attention` holds of one kind for one participant. */
export interface WaitingCount {
  readonly participant: string;
  readonly kind: string;
  readonly count: number;
  readonly oldestSinceMs: number;
}

/** Every method throws `StoreUnavailableError` when the database is away; all are safe to repeat. */
export interface ParticipantControlStore {
  /** All participants about which anything was ever ordered. */
  readControls(): Promise<readonly ParticipantControl[]>;
  /** Keeps an order; durable when it returns. Pausing what is paused, and resuming what is not, keeps the first order. Returns what is in force. */
  order(order: ParticipantOrder): Promise<ParticipantControl>;
  /** Counts by participant and kind. A scan of `attention`, which holds only what waits. */
  countWaiting(): Promise<readonly WaitingCount[]>;
}

/** For nodes without operators. */
export const noParticipantControl: Pick<ParticipantControlStore, 'readControls'> = Object.freeze({
  readControls: async () => [],
});
