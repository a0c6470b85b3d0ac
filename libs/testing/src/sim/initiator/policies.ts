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

const parking: Policy = {
  ...quick,
  ...{ name: 'parking', forwardAttempts: 3, endAttempts: 6, onExhausted: 'park', maxPendingMs: 2_000 },
};

/** For people who are there anyway: hardly anything goes wrong that does not park. */
const touchy: Policy = { ...parking, name: 'touchy', deadlineMs: 5_000, forwardAttempts: 1, endAttempts: 1, maxPendingMs: 600 };

export const policies: readonly Policy[] = [
  quick,
  { ...quick, name: 'slow', deadlineMs: 6_000, forwardTimeoutMs: 1_000, endTimeoutMs: 700, forwardAttempts: 100_000 },
  { ...quick, name: 'hasty', forwardAttempts: 2 },
  { ...quick, name: 'endless', deadlineMs: null, forwardAttempts: 100_000, onExhausted: 'park' },
  parking,
  touchy,
  { ...touchy, version: 2, deadlineMs: 4_000, forwardTimeoutMs: 600, endTimeoutMs: 450, forwardAttempts: 2, endAttempts: 2 },
];

/** The shortest wait after a failed attempt, in milliseconds. */
export const shortestRetryMs = quick.firstIntervalMs * (1 - quick.jitter);

/** Policies under which an op that a seal has closed parks soon: a call that is refused for ever would be repeated for as long as the others permit. */
export const parksSoon: ReadonlySet<string> = new Set([parking.name, touchy.name]);
