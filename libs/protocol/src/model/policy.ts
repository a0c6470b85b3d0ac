/** Retry and timeout policies (DESIGN section 9): named, versioned, immutable rows. A transaction stores (name, version). */

export interface PolicyRef {
  readonly name: string;
  readonly version: number;
}

export interface Policy extends PolicyRef {
  /** From acceptance to the deadline event; `null`: none. */
  readonly deadlineMs: number | null;
  /** How long one call may take, by phase. */
  readonly forwardTimeoutMs: number;
  readonly endTimeoutMs: number;
  /** Back-off: `min(capMs, firstIntervalMs * multiplier^(n-1))`, then jittered downwards by up to the fraction `jitter` (0..1). */
  readonly firstIntervalMs: number;
  readonly multiplier: number;
  readonly capMs: number;
  readonly jitter: number;
  /** Attempts of one forward op; those of one commit or rollback op. */
  readonly forwardAttempts: number;
  readonly endAttempts: number;
  /** What exhausted forward attempts do. Commit and rollback ops always park. */
  readonly onExhausted: 'abort' | 'park';
  readonly pollIntervalMs: number;
  /** How long one op may stay pending before it is parked, in milliseconds. */
  readonly maxPendingMs: number;
  /** No new transaction may be begun with it. Those that have it go on. */
  readonly isRetired?: true;
}

/** The rows every installation starts with. `standard` suits interactive work, `flash-sale` many buyers of few goods, `patient` long sagas. */
export const shippedPolicies: readonly Policy[] = [
  {
    name: 'standard',
    version: 1,
    deadlineMs: 30_000,
    forwardTimeoutMs: 3_000,
    endTimeoutMs: 3_000,
    firstIntervalMs: 200,
    multiplier: 2,
    capMs: 30_000,
    jitter: 0.2,
    forwardAttempts: 20,
    endAttempts: 3_000,
    onExhausted: 'abort',
    pollIntervalMs: 1_000,
    maxPendingMs: 86_400_000,
  },
  {
    name: 'flash-sale',
    version: 1,
    deadlineMs: 10_000,
    forwardTimeoutMs: 800,
    endTimeoutMs: 300,
    firstIntervalMs: 50,
    multiplier: 2,
    capMs: 5_000,
    jitter: 0.5,
    forwardAttempts: 3,
    endAttempts: 20_000,
    onExhausted: 'abort',
    pollIntervalMs: 250,
    maxPendingMs: 60_000,
  },
  {
    name: 'patient',
    version: 1,
    deadlineMs: null,
    forwardTimeoutMs: 30_000,
    endTimeoutMs: 30_000,
    firstIntervalMs: 1_000,
    multiplier: 2,
    capMs: 300_000,
    jitter: 0.2,
    forwardAttempts: 2_000,
    endAttempts: 2_000,
    onExhausted: 'park',
    pollIntervalMs: 5_000,
    maxPendingMs: 2_592_000_000,
  },
];
