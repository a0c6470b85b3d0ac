/**
 * Counts reservations that are open: forward ops of patterns with a commit op that succeeded, or are still pending, and have no end. Reads without locks.
 * Index: branch_barrier_begun_at, then primary; at most `MOST_LOOKED_AT` rows, the youngest first, so that a long history costs no more.
 */
import type { DataSource } from 'typeorm';

/** Rows that are looked at; what is older than all of them is not counted. A scrape may take some tens of milliseconds. */
const MOST_LOOKED_AT = 20_000;

const SQL = `SELECT COUNT(*) AS amount FROM (
  SELECT gid, branch FROM branch_barrier
  WHERE begun_at < ? AND phase = 1 AND op IN ('try', 'prepare') AND outcome IN ('succeeded', 'pending')
  ORDER BY begun_at DESC LIMIT ${MOST_LOOKED_AT}
) held WHERE NOT EXISTS (SELECT 1 FROM branch_barrier ended WHERE ended.gid = held.gid AND ended.branch = held.branch AND ended.phase = 2)`;

/** How many reservations whose transaction began before this moment (milliseconds since the epoch) are neither confirmed nor cancelled. */
export async function countOpenReservations(dataSource: DataSource, begunBeforeMs: number): Promise<number> {
  const rows = await dataSource.query<{ amount: number | string }[]>(SQL, [begunBeforeMs]);
  return Number(rows[0]?.amount ?? 0);
}
