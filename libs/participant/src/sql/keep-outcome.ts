/** Changes the outcome of a row that this transaction inserted or locked for change. Index: primary. */
import type { EntityManager } from 'typeorm';
import type { BranchKey, HeldRow, Phase } from '../barrier/index.js';

const SQL = 'UPDATE branch_barrier SET outcome = ?, result = ? WHERE gid = ? AND branch = ? AND phase = ?';

export async function keepOutcome(
  manager: EntityManager,
  key: BranchKey,
  phase: Phase,
  kept: Pick<HeldRow, 'outcome' | 'result'>,
): Promise<void> {
  await manager.query(SQL, [kept.outcome, kept.result, key.gid, key.branch, phase]);
}
