/**
 * Which items of a job are tried first: the first five that are to be done. The last one's place is kept where the job had noted how far it had
 * collected, so that a job says by it, too, that it has collected everything.
 */
import type { Job } from '@assent/store';

/** Tried before the others; the job stops when one of them fails. */
export const CANARY = 5;

const MARK = /^canary (\d+)$/;

/** For `position`, once everything is collected. `place`: of the last item that is tried first. */
export function canaryUpTo(place: number): string {
  return `canary ${place}`;
}

/** The place of the last item that is tried first. */
export function endOfCanary({ position }: Pick<Job, 'position'>): number {
  return Number(MARK.exec(position ?? '')?.[1] ?? CANARY);
}

/** False for a job that was stopped before it had found everything. */
export function hasCollected({ state, position }: Pick<Job, 'state' | 'position'>): boolean {
  return state === 'finished' || MARK.test(position ?? '');
}
