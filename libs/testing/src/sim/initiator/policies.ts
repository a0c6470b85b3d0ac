/** The retry policies of a run: like the shipped ones, with everything some ten times shorter, so that a run is over in seconds of its own time. */
import type { Policy } from '@assent/protocol';

const quick: Policy = {
  name: 'quick',
  version: 1,
  deadlineMs: 3_000,
  forwardTimeoutMs: 300,
  endTimeoutMs: 250,
  firstIntervalMs: 50,
  multiplier: 2,
  capMs: 1_500,
  jitter: 0.2,
  forwardAttempts: 6,
  endAttempts: 100_000,
  onExhausted: 'abort',
  pollIntervalMs: 150,
  maxPendingMs: 60_000,
};

export const policies: readonly Policy[] = [
  quick,
  { ...quick, name: 'slow', deadlineMs: 6_000, forwardTimeoutMs: 1_000, endTimeoutMs: 700, forwardAttempts: 100_000 },
  { ...quick, name: 'hasty', forwardAttempts: 2 },
  { ...quick, name: 'endless', deadlineMs: null, forwardAttempts: 100_000, onExhausted: 'park' },
  { ...quick, name: 'parking', forwardAttempts: 3, endAttempts: 6, onExhausted: 'park', maxPendingMs: 2_000 },
];

/** The shortest wait after a failed attempt, in milliseconds. */
export const shortestRetryMs = quick.firstIntervalMs * (1 - quick.jitter);
