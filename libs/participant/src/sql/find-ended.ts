/**
 * Finds branches that may be purged: they began before a moment, and have ended. A branch has ended when its phase 2 is there, or when its
 * forward op belongs to a pattern without a commit op and is not pending. A try without its end is never found: its stock is still held.
 * Reads without locks; the delete goes by full primary keys. Index: branch_barrier_begun_at.
 */
import type { EntityManager } from 'typeorm';
import { forwardOpsWithoutCommit } from '../barrier/index.js';

const marks = forwardOpsWithoutCommit.map(() => '?').join(', ');

const SQL = `SELECT gid, branch FROM branch_barrier
WHERE begun_at < ? AND (phase = 2 OR (phase = 1 AND outcome <> 'pending' AND op IN (${marks})))
ORDER BY begun_at LIMIT ?`;

/** Ids as the driver reads them (bytes on MySQL): only to be handed back to it. A branch may be named twice, once for each of its rows. */
export interface EndedBranch {
  readonly gid: unknown;
  readonly branch: unknown;
}

export function findEnded(manager: EntityManager, begunBeforeMs: number, limit: number): Promise<EndedBranch[]> {
  return manager.query<EndedBranch[]>(SQL, [begunBeforeMs, ...forwardOpsWithoutCommit, limit]);
}
