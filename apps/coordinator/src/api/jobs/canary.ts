/** Which items of a job are tried first: the first five that are to be done. */
import type { Job } from '@assent/store';

/** Tried before the others; the job stops when one of them fails. */
export const CANARY = 5;

/** The place of the last item that is tried first. A node of an older version keeps none: it always tries the first five of all. */
export function endOfCanary({ canaryEnd }: Pick<Job, 'canaryEnd'>): number {
  return canaryEnd ?? CANARY;
}

/** False for a job that was stopped before it had found everything. */
export function hasCollected({ state, canaryEnd }: Pick<Job, 'state' | 'canaryEnd'>): boolean {
  return state === 'finished' || canaryEnd !== null;
}
