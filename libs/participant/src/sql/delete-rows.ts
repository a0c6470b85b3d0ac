/**
 * Deletes both rows of one branch by their full primary key: a range would lock the gap to the next branch too. Phase 1 first, as everywhere.
 */
import type { EntityManager } from 'typeorm';
import type { EndedBranch } from './find-ended.js';

const SQL = 'DELETE FROM branch_barrier WHERE gid = ? AND branch = ? AND phase = ?';

export async function deleteRows(manager: EntityManager, branch: EndedBranch): Promise<void> {
  for (const phase of [1, 2]) await manager.query(SQL, [branch.gid, branch.branch, phase]);
}
