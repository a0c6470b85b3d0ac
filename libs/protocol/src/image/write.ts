/** The durable image of a state (DESIGN section 7): one row moves, with all progress or none. */
import type { Image, ImageOf } from '../api.js';
import { isMixed } from '../model/facts.js';
import type { BranchState, Leg, Transaction } from '../model/transaction.js';
import { impliedBranch } from './implied.js';
import { type BranchJson, type ProgressJson, writeLeg } from './progress.js';

/** See `ImageOf` in `api.ts`. */
export const imageOf: ImageOf = (tx): Image => ({
  status: tx.status,
  mixed: isMixed(tx),
  paused: tx.paused !== null,
  definition: tx.definitionText,
  progress: progressOf(tx),
});

/**
 * JSON text of what differs from what definition and status imply; empty when nothing does. Calls in the air are not part of it: after a load
 * nobody waits for them any more, but they are counted, so that no later call repeats their number for other content.
 */
function progressOf(tx: Transaction): string {
  const branches: [string, BranchJson][] = [];
  const horizon: string[] = [];
  tx.branches.forEach((branch, index) => {
    const implied = impliedBranch(tx, index, tx.status);
    const json = branchJson(branch, implied);
    if (json !== null) branches.push([branch.id, json]);
    if (branch.inHorizon && !implied.inHorizon) horizon.push(branch.id);
  });
  if (branches.length === 0 && horizon.length === 0 && tx.decision?.kind !== 'abort' && tx.paused === null && tx.check === null) return '';
  const progress: ProgressJson = {
    ...(horizon.length > 0 ? { horizon } : {}),
    ...(tx.decision?.kind === 'abort' ? { decision: { atMs: tx.decision.atMs, reason: tx.decision.reason } } : {}),
    ...(tx.paused === null ? {} : { paused: tx.paused }),
    ...(tx.check === null || isUntouched(tx.check) ? {} : { check: writeLeg(tx.check) }),
    // Not by assignment: a branch may be called `__proto__`.
    ...(branches.length > 0 ? { branches: Object.fromEntries(branches) } : {}),
  };
  return Object.keys(progress).length === 0 ? '' : JSON.stringify(progress);
}

function branchJson(branch: BranchState, implied: BranchState): BranchJson | null {
  const forward = isSame(branch.forward, implied.forward) ? null : writeLeg(branch.forward);
  const end = isSame(branch.end, implied.end) ? null : writeLeg(branch.end);
  const notices = branch.notices.every(isUntouched) ? null : branch.notices.map(writeLeg);
  if (forward === null && end === null && notices === null && !branch.released) return null;
  return {
    ...(forward === null ? {} : { forward }),
    ...(end === null ? {} : { end }),
    ...(notices === null ? {} : { notices }),
    ...(branch.released ? { released: true } : {}),
  };
}

function isUntouched(leg: Leg): boolean {
  return leg.state.kind === 'open' && leg.calls === 0;
}

/** Most legs are as implied, and of most that is plain without writing them down. */
function isSame(one: Leg, other: Leg): boolean {
  if (one.state.kind !== other.state.kind || one.attempts !== other.attempts || one.calls !== other.calls) return false;
  if (one.state === other.state || one.state.kind === 'open' || one.state.kind === 'skipped') return true;
  return JSON.stringify(writeLeg(one)) === JSON.stringify(writeLeg(other));
}
