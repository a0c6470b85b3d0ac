/** From what the engine knows of participants to the breakers that somebody may have to be told of. */
import type { DispatchState } from '@assent/engine';
import type { OpenBreaker } from './escalator.js';

/** Those that let nothing through, or a probe at most. */
export function openBreakersOf(states: readonly DispatchState[]): readonly OpenBreaker[] {
  return states
    .filter(({ breaker }) => breaker.state !== 'closed')
    .map(({ participant, breaker }) => ({ participant, sinceMs: breaker.sinceMs, detail: inWords(participant, breaker) }));
}

function inWords(participant: string, { failuresInRow, lastProblem }: DispatchState['breaker']): string {
  const why = lastProblem === null ? '' : `: ${lastProblem.code}`;
  return `${participant} is not called any more after ${failuresInRow} failures in a row${why}`;
}
