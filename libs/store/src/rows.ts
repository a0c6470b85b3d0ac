/** Facts about rows that every adapter needs. */
import type { AttemptRow, AuditRow, BeginRow, CommandRow, FlushBatch, Move } from '@assent/engine';
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

/** The rows as they are kept: texts cut to their columns, and of two of one kind for one branch the later. */
export function keptAttention(rows: readonly Attention[]): readonly Attention[] {
  const kept = rows.map((row) => ({
    ...row,
    code: cutText(row.code, columnLimits.code),
    participant: cutText(row.participant, columnLimits.id),
  }));
  return [...new Map(kept.map((row) => [`${row.kind} ${row.branch}`, row])).values()];
}

/** The row as it is kept: texts cut to their columns. */
export function keptAudit(row: AuditRow): AuditRow {
  return { ...row, reason: cutText(row.reason, columnLimits.reason), detail: cutText(row.detail, columnLimits.detail) };
}

/** The row as it is kept: the reason, which is for people, cut to its column. */
export function keptCommand(row: CommandRow): CommandRow {
  return { ...row, reason: cutText(row.reason, columnLimits.reason) };
}

/** Waiting events are counted no further: how many more there are changes nothing for whoever looks. */
export const MOST_COUNTED = 100_000;

/** Consecutive pieces of at most `size` items. */
export function inChunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, piece) => items.slice(piece * size, (piece + 1) * size));
}
