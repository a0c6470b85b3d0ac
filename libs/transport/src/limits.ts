/** Bounds that all transports share. */
export interface TransportLimits {
  /** Calls in the air per participant that names no limit of its own. */
  readonly concurrency: number;
  /** Calls that may wait per participant. */
  readonly maxQueued: number;
  /** How much of an answer is read, in bytes. */
  readonly maxBodyBytes: number;
  /** What a `Retry-After` is clamped to, in milliseconds. */
  readonly minRetryAfterMs: number;
  readonly maxRetryAfterMs: number;
}

/** 64 connections kept one participant on two cores busy; 5 minutes is the longest cap of a shipped policy. */
export const defaultTransportLimits: TransportLimits = {
  concurrency: 64,
  maxQueued: 100_000,
  maxBodyBytes: 65_536,
  minRetryAfterMs: 100,
  maxRetryAfterMs: 300_000,
};
