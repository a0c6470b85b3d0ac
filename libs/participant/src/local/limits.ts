/** What bounds a local transaction. Every wait ends, so that one stuck handler cannot take the service with it. */
export interface LocalTransactionLimits {
  /** How long a transaction waits for a lock, or on SQLite for its turn, in milliseconds. */
  readonly lockWaitMs: number;
  /** How long the work inside one transaction may take before it is rolled back, in milliseconds. */
  readonly workMs: number;
  /** How many transactions may wait for their turn on SQLite. */
  readonly maxWaiting: number;
}

/** Lock wait 2 s, as long as a caller with the shortest usual timeout waits; work far longer than any honest handler needs. */
export const defaultLimits: LocalTransactionLimits = { lockWaitMs: 2_000, workMs: 60_000, maxWaiting: 10_000 };
