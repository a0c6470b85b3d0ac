/** Reads of transactions: the durable image. None of them locks. 63-bit numbers are cast to text, so that no driver rounds them. */
import type { Incarnation } from '@assent/engine';
import { ascii, bits, integer, text } from './literals.js';

const COLUMNS =
  'gid,status,pattern,mixed,paused,CAST(owner AS CHAR) AS owner,due_at,version,CAST(flush AS CHAR) AS flush,name,business_key,created_by,' +
  'content_hash,definition,progress,created_at,finished_at';

/** Index: primary. */
export function readMany(gids: readonly string[]): string {
  return `SELECT ${COLUMNS} FROM global_transaction FORCE INDEX(PRIMARY) WHERE gid IN (${gids.map(ascii).join(',')})`;
}

/** Index: (due_at), which holds resting rows only, so that the cost does not grow with history. */
export function readDue(nowMs: number, limit: number, fromMs = 0): string {
  const due = `due_at>=${integer(fromMs)} AND due_at<=${integer(nowMs)} ORDER BY due_at LIMIT ${integer(limit)}`;
  return `SELECT ${COLUMNS} FROM global_transaction FORCE INDEX(by_due_at) WHERE ${due}`;
}

/** Gids of which a branch waits for this participant. Index: (participant), which the gid follows. */
export function readWaiting(participant: string, afterGid: string, limit: number): string {
  const waits = `participant=${text(participant)} AND gid>${ascii(afterGid)} AND kind IN ('retrying','waiting')`;
  return `SELECT DISTINCT gid FROM attention FORCE INDEX(by_participant) WHERE ${waits} ORDER BY gid LIMIT ${integer(limit)}`;
}

/** Index: (owner). */
export function readOwned(incarnation: Incarnation, limit: number): string {
  return `SELECT ${COLUMNS} FROM global_transaction FORCE INDEX(by_owner) WHERE owner=${bits(incarnation)} LIMIT ${integer(limit)}`;
}

/** Index: (owner), which alone answers it. */
export function readOwnedGids(incarnation: Incarnation, limit: number): string {
  return `SELECT gid FROM global_transaction FORCE INDEX(by_owner) WHERE owner=${bits(incarnation)} LIMIT ${integer(limit)}`;
}

/** Which of these exist. Index: primary, which alone answers it. */
export function readExisting(gids: readonly string[]): string {
  return `SELECT gid FROM global_transaction FORCE INDEX(PRIMARY) WHERE gid IN (${gids.map(ascii).join(',')})`;
}

/** Which of these a flush wrote. Index: primary. */
export function readWritten(gids: readonly string[], flush: string): string {
  return `${readExisting(gids)} AND flush=${bits(flush)}`;
}

/** Living nodes, and those that still own rows. Index: (owner), one look-up per incarnation that ever was. */
export const READ_NODES =
  'SELECT CAST(n.incarnation AS CHAR) AS incarnation,n.name,n.state,n.flushes FROM coordinator_node n ' +
  "WHERE n.state='alive' OR EXISTS(SELECT 1 FROM global_transaction g WHERE g.owner=n.incarnation)";
