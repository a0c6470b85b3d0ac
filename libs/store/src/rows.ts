/** Facts about rows that every adapter needs. */
import type { AttemptRow, AuditRow, BeginRow, FlushBatch, Move } from '@assent/engine';
import type { Attention, Status } from '@assent/protocol';
import { columnLimits, cutText } from './limits.js';

/** True for the statuses after which nothing is owed but notifications: the row gets its `finished_at`. */
export function isFinalStatus(status: Status): boolean {
  return status === 'committed' || status === 'aborted';
}

/** Gids that a batch writes, begins first. */
export function writtenGids(batch: FlushBatch): readonly string[] {
  return [...batch.begins, ...batch.moves].map((row: BeginRow | Move) => row.gid);
}

/** The row as it is kept: texts cut to their columns. */
export function keptAttempt(row: AttemptRow): AttemptRow {
  return { ...row, code: cutText(row.code, columnLimits.code), message: cutText(row.message, columnLimits.message) };
}

/** The row as it is kept: texts cut to their columns. */
export function keptAttention(row: Attention): Attention {
  return { ...row, code: cutText(row.code, columnLimits.code), participant: cutText(row.participant, columnLimits.id) };
}

/** The row as it is kept: texts cut to their columns. */
export function keptAudit(row: AuditRow): AuditRow {
  return { ...row, reason: cutText(row.reason, columnLimits.reason), detail: cutText(row.detail, columnLimits.detail) };
}
