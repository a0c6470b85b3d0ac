/** From what the engine knows of participants to the breakers that somebody may have to be told of. */
import type { DispatchState } from '@assent/engine';
import type { OpenBreaker } from './escalator.js';

/**
 * A half-open breaker that nobody has called through for so long is nobody's concern any more; milliseconds. Longer than the longest back-off of a shipped
 * policy, so that a transaction that waits for its next attempt has made it in time.
 */
const IDLE_MS = 600_000;

/** Those that let nothing through, or a probe at most, and that somebody needs. */
export function openBreakersOf(states: readonly DispatchState[]): readonly OpenBreaker[] {
  return states
    .filter(({ breaker }) => breaker.state !== 'closed' && breaker.idleMs < IDLE_MS)
    .map(({ participant, breaker }) => ({ participant, sinceMs: breaker.sinceMs, detail: inWords(participant, breaker) }));
}

function inWords(participant: string, { failuresInRow, lastProblem }: DispatchState['breaker']): string {
  const why = lastProblem === null ? '' : `: ${lastProblem.code}`;
  return `${participant} is not called any more after ${failuresInRow} failures in a row${why}`;
}
