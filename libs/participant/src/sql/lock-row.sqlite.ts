/** Reads a barrier row on SQLite, where the transaction has the database to itself. Index: primary. */
import type { EntityManager } from 'typeorm';
import type { BranchKey, HeldRow, Phase } from '../barrier/index.js';

const SQL = 'SELECT op, outcome, result FROM branch_barrier WHERE gid = ? AND branch = ? AND phase = ?';

export async function lockRowSqlite(manager: EntityManager, key: BranchKey, phase: Phase): Promise<HeldRow | null> {
  const rows = await manager.query<HeldRow[]>(SQL, [key.gid, key.branch, phase]);
  return rows[0] ?? null;
}
