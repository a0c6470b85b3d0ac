/**
 * Reads a barrier row as it is now, whatever the isolation level: a locking read does not look at the snapshot. Shared unless the row is about to be
 * changed: after a duplicate insert many callers hold a shared lock, and two of them asking for an exclusive one would deadlock.
 * Index: primary.
 */
import type { EntityManager } from 'typeorm';
import type { BranchKey, HeldRow, Phase } from '../barrier/index.js';

const SELECT = 'SELECT op, outcome, result FROM branch_barrier WHERE gid = ? AND branch = ? AND phase = ?';

/** LOCK IN SHARE MODE rather than FOR SHARE, which MariaDB does not know. */
const statements = { share: `${SELECT} LOCK IN SHARE MODE`, change: `${SELECT} FOR UPDATE` } as const;

export async function lockRow(manager: EntityManager, key: BranchKey, phase: Phase, mode: 'share' | 'change'): Promise<HeldRow | null> {
  const rows = await manager.query<HeldRow[]>(statements[mode], [key.gid, key.branch, phase]);
  return rows[0] ?? null;
}
