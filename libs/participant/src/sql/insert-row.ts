/**
 * The first statement of a branch's local transaction. Plain on purpose: INSERT IGNORE would hide other errors, ON DUPLICATE KEY would lock
 * for change and deadlock with its like, and a select first would find nothing under a snapshot, or take a gap lock that two callers hold at
 * once. A duplicate leaves a shared lock on the row that is there (InnoDB). Index: primary.
 */
import type { EntityManager } from 'typeorm';
import type { NewRow } from '../barrier/index.js';

const SQL = 'INSERT INTO branch_barrier (gid, branch, phase, op, outcome, result, begun_at) VALUES (?, ?, ?, ?, ?, ?, ?)';

export async function insertRow(manager: EntityManager, row: NewRow): Promise<void> {
  await manager.query(SQL, [row.gid, row.branch, row.phase, row.op, row.outcome, row.result, row.begunAtMs]);
}
