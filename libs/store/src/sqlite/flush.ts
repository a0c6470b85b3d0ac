/** A flush on SQLite: the rows of a batch, one after the other, inside a transaction that the caller has begun. */
import type { AttemptRow, AuditRow, BeginRow, Failpoints, FlushBatch, Incarnation, Move } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import { isStorableText } from '../limits.js';
import { isFinalStatus, keptAttempt, keptAttention, keptAudit, keptCommand } from '../rows.js';
import type { SqliteStatements } from './statements.js';

export interface Applied {
  /** The moment of the flush: database time, read once, which is also when what it ends has finished. */
  readonly nowMs: number;
  readonly unmoved: readonly string[];
  readonly declared: readonly Incarnation[];
}

/** A row that SQLite would store changed, or not at all. */
export class UnstorableRowError extends Error {
  override readonly name = 'UnstorableRowError';
}

/** @returns `null` when the fence did not hold. Throws what the driver throws when a row cannot be stored. */
export function applyBatch(statements: SqliteStatements, batch: FlushBatch, failpoints: Failpoints): Applied | null {
  const { incarnation, flushes } = batch.fence;
  if (statements.fence.run(incarnation, flushes).changes !== 1) return null;
  failpoints.hit('writer.after-fence');
  const { nowMs } = statements.now.get() as { nowMs: number };
  const declared = batch.declarations
    .filter((row) => statements.declareDead.run(row.incarnation, row.flushes).changes === 1)
    .map((row) => row.incarnation);
  for (const row of batch.begins) begin(statements, row, batch.flush, nowMs);
  const unmoved = batch.moves.filter((row) => !move(statements, row, batch.flush, nowMs)).map((row) => row.gid);
  joinSideRows(statements, batch);
  writeAlone(statements, batch);
  changeCommands(statements, batch);
  return { nowMs, unmoved, declared };
}

function begin(statements: SqliteStatements, row: BeginRow, flush: string, nowMs: number): void {
  statements.begin.run(
    row.gid,
    row.status,
    row.pattern,
    flag(row.mixed),
    flag(row.paused),
    row.owner,
    whole(row.dueAtMs),
    flush,
    storable(row.name),
    row.businessKey === null ? null : storable(row.businessKey),
    storable(row.createdBy),
    Buffer.from(row.contentHash, 'hex'),
    storable(row.definition),
    storable(row.progress),
    whole(row.createdAtMs),
    isFinalStatus(row.status) ? nowMs : null,
  );
}

/** @returns false when the guard did not match. */
function move(statements: SqliteStatements, row: Move, flush: string, nowMs: number): boolean {
  const { gid, fromVersion, knownOwner, owner, dueAtMs, image } = row;
  if (image === null) return statements.moveOwnership.run(owner, whole(dueAtMs), flush, gid, fromVersion, knownOwner).changes === 1;
  const moved = statements.moveImage.run(
    owner,
    whole(dueAtMs),
    flush,
    image.status,
    flag(image.mixed),
    flag(image.paused),
    storable(image.progress),
    image.definition === undefined ? null : storable(image.definition),
    isFinalStatus(image.status) ? nowMs : null,
    gid,
    fromVersion,
    knownOwner,
  );
  return moved.changes === 1;
}

function joinSideRows(statements: SqliteStatements, batch: FlushBatch): void {
  const wrote = ({ gid }: { readonly gid: string }) => statements.wrote.get(gid, batch.flush) !== undefined;
  for (const [place, row] of batch.attempts.filter(wrote).entries()) attempt(statements, keptAttempt(row), place, batch.flush);
  for (const { gid, rows } of batch.attention.filter(wrote)) {
    statements.clearAttention.run(gid);
    for (const row of keptAttention(rows)) {
      statements.attention.run(gid, row.branch, row.kind, row.code, row.participant, whole(row.sinceMs));
    }
  }
  for (const row of batch.audit.filter(wrote)) auditRow(statements, row);
  for (const { gid, version, name, status, body, atMs } of batch.events.filter(wrote)) {
    statements.event.run(gid, version, batch.fence.incarnation, storable(name), status, storable(body), whole(atMs));
  }
}

/** What no image carries. */
function writeAlone(statements: SqliteStatements, { noted = [], flagged = [] }: FlushBatch): void {
  for (const row of noted) auditRow(statements, row);
  for (const { gid, attention } of flagged) {
    const [row] = keptAttention([attention]) as [Attention];
    statements.clearFlag.run(gid, row.branch, row.kind);
    statements.attention.run(gid, row.branch, row.kind, row.code, row.participant, whole(row.sinceMs));
  }
}

function auditRow(statements: SqliteStatements, row: AuditRow): void {
  const { id, gid, atMs, principal, action, reason, detail } = keptAudit(row);
  statements.audit.run(id, gid, whole(atMs), storable(principal), action, storable(reason), storable(detail));
  statements.unchained.run(id);
}

function changeCommands(statements: SqliteStatements, { commands, applied, dismissed, flush }: FlushBatch): void {
  for (const { id, gid, kind, body, principal, reason } of commands.map(keptCommand)) {
    statements.recordCommand.run(id, gid, kind, storable(body), storable(principal), reason);
  }
  for (const { id } of applied) statements.deleteApplied.run(id, flush);
  for (const id of dismissed) statements.deleteDismissed.run(id);
}

function attempt(statements: SqliteStatements, row: AttemptRow, place: number, flush: string): void {
  const call = [row.branch, row.op, row.attempt, whole(row.startedAtMs), whole(row.durationMs)] as const;
  statements.attempt.run(row.gid, flush, place, ...call, row.outcome, row.code, row.message);
}

function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** Fractions of a millisecond are rounded away. */
function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function storable(text: string): string {
  if (!isStorableText(text)) throw new UnstorableRowError('a text is not valid Unicode');
  return text;
}
