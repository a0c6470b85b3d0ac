/**
 * A branch's own side, reduced to its barrier (DESIGN section 6): what its database remembers of one transaction. Calls may come in any
 * order and any number of times; the barrier decides which of them take effect.
 */
import type { BranchObservation, Outcome } from '@assent/protocol';

export interface Site {
  /** Phase 1. `blocked`: an empty rollback came first. `stopped`: a rollback met work in progress. */
  readonly forward: 'none' | 'working' | 'done' | 'refused' | 'blocked' | 'stopped';
  /** Phase 2. */
  readonly end: 'none' | 'commit' | 'rollback';
}

export const untouched: Site = { forward: 'none', end: 'none' };

/** What the work itself does when it runs for the first time. */
export type Work = 'done' | 'refused' | 'working';

export interface Visit {
  readonly site: Site;
  readonly outcome: Outcome;
}

const succeeded: Outcome = { kind: 'succeeded' };
const pending: Outcome = { kind: 'pending' };

function rejected(code: string): Outcome {
  return { kind: 'rejected', refusal: { code, message: '' } };
}

/** A forward op arrives. What was kept is replayed; only a first arrival runs the work. */
export function arriveForward(site: Site, work: Work): Visit {
  switch (site.forward) {
    case 'none':
      return arriveForward({ ...site, forward: work }, work);
    case 'done':
      return { site, outcome: succeeded };
    case 'working':
      return { site, outcome: pending };
    case 'refused':
      return { site, outcome: rejected('REFUSED') };
    default:
      return { site, outcome: rejected('rolled_back') };
  }
}

/** A commit op arrives. `needsForward`: the pattern has a forward op at this branch. */
export function arriveCommit(site: Site, needsForward: boolean): Visit {
  if (needsForward && site.forward !== 'done') return { site, outcome: rejected('not_prepared') };
  if (site.end === 'rollback') return { site, outcome: rejected('already_rolled_back') };
  return { site: { ...site, end: 'commit' }, outcome: succeeded };
}

export function arriveRollback(site: Site): Visit {
  if (site.end === 'commit') return { site, outcome: rejected('already_committed') };
  const forward = site.forward === 'none' ? 'blocked' : site.forward === 'working' ? 'stopped' : site.forward;
  return { site: { forward, end: 'rollback' }, outcome: succeeded };
}

/** True when a rollback that arrives now has something to undo. */
export function wouldUndo(site: Site): boolean {
  return site.end === 'none' && site.forward === 'done';
}

export function observe(branch: string, { forward, end }: Site): BranchObservation {
  const done = forward === 'done' ? 1 : 0;
  return { branch, forward: done, commit: end === 'commit' ? 1 : 0, rollback: end === 'rollback' ? done : 0, sealed: end === 'rollback' };
}
