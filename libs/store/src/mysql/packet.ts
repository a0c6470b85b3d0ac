/**
 * A flush as one text packet: which statements, in which order, and how many rows each must have matched. The fence goes first and COMMIT last; in
 * between the order is fixed, so that two nodes lock in the same order.
 */
import type { Declaration, FlushBatch, FlushResult, Incarnation, Move } from '@assent/engine';
import {
  attempts,
  attention,
  audit,
  begin,
  clearAttention,
  DECLARE_DEAD,
  deleteApplied,
  deleteDismissed,
  events,
  fence,
  findStandingStill,
  flags,
  groupKey,
  type MoveShape,
  moveEach,
  moveGroup,
  noteMoment,
  notes,
  recordCommands,
  shapeOf,
  TELL_MOMENT,
  UnstorableError,
} from './sql/index.js';

export interface FlushPacket {
  readonly sql: string;
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly sql: string;
  readonly role: 'frame' | 'fence' | 'declare' | 'begin' | 'move' | 'side' | 'now';
  /** For `move`: rows it moves when every guard matches. */
  readonly asked?: number;
  readonly incarnation?: Incarnation;
}

/** What the server answered to one statement of the packet. */
export type StatementReply = { readonly affectedRows: number } | readonly { readonly nowMs: number | string }[];

/** Rows of all kinds in one flush. The writer bounds its flushes far below; this bounds what a fault in it could send. */
const MAX_ROWS = 10_000;
/** Statements for groups of equal moves. A flush of ends has one or two; more go where the unequal ones go. */
const MAX_GROUPS = 8;

/** @throws UnstorableError when a row of the batch can be in no table, or the batch is out of bounds. */
export function packFlush(batch: FlushBatch, maxBytes: number): FlushPacket {
  const rows = rowsOf(batch);
  if (rows > MAX_ROWS) throw new UnstorableError(`a flush of ${rows} rows is out of bounds`);
  const statements: readonly Statement[] = [
    { sql: 'BEGIN', role: 'frame' },
    { sql: fence(batch.fence), role: 'fence' },
    { sql: noteMoment(batch.fence.incarnation), role: 'frame' },
    ...batch.declarations.flatMap(declare),
    ...(batch.begins.length === 0 ? [] : [{ sql: begin(batch.begins, batch.flush), role: 'begin' } as const]),
    ...moveAll(batch),
    ...[...sideRows(batch), ...rowsAlone(batch), ...commandRows(batch)].map((sql): Statement => ({ sql, role: 'side' })),
    { sql: TELL_MOMENT, role: 'now' },
    { sql: 'COMMIT', role: 'frame' },
  ];
  const sql = statements.map((statement) => statement.sql).join(';');
  if (Buffer.byteLength(sql) > maxBytes)
    throw new UnstorableError(`a flush may have ${maxBytes} bytes; see max_allowed_packet of the server`);
  return { sql, statements };
}

/** What no image carries. */
function rowsAlone({ noted = [], flagged = [] }: FlushBatch): readonly string[] {
  return [...notes(noted), ...flags(flagged)];
}

/** Of a node whose row is locked nothing is declared, and nothing waits for it. */
function declare(declaration: Declaration): readonly Statement[] {
  const find = { sql: findStandingStill(declaration), role: 'frame' } as const;
  return [find, { sql: DECLARE_DEAD, role: 'declare', incarnation: declaration.incarnation }];
}

function rowsOf(batch: FlushBatch): number {
  const { begins, moves, attempts: failed, attention: changes, audit: done, events: told, commands, applied, dismissed } = batch;
  const { noted = [], flagged = [] } = batch;
  return [begins, moves, failed, changes, done, told, commands, applied, dismissed, noted, flagged].reduce(
    (sum, rows) => sum + rows.length,
    0,
  );
}

/** The same packet as two: BEGIN and the fence, and everything behind it. Both are several statements. */
export function splitAfterFence({ statements }: FlushPacket): { readonly fence: string; readonly rest: string } {
  const end = statements.findIndex((statement) => statement.role === 'fence') + 1;
  const join = (part: readonly Statement[]) => part.map((statement) => statement.sql).join(';');
  return { fence: join(statements.slice(0, end)), rest: join(statements.slice(end)) };
}

/** Reads the replies of a packet that committed. `shortfall` counts moves whose guard did not match. */
export function readReplies(
  packet: FlushPacket,
  replies: readonly StatementReply[],
): { readonly nowMs: number; readonly shortfall: number; readonly declared: readonly Incarnation[] } {
  let nowMs = 0;
  let shortfall = 0;
  const declared: Incarnation[] = [];
  packet.statements.forEach((statement, place) => {
    const reply = replies[place];
    if (reply === undefined) return;
    if (!('affectedRows' in reply)) nowMs = Number(reply[0]?.nowMs);
    else if (statement.role === 'move') shortfall += (statement.asked ?? 0) - reply.affectedRows;
    else if (statement.incarnation !== undefined && reply.affectedRows === 1) declared.push(statement.incarnation);
  });
  return { nowMs, shortfall, declared };
}

/** The answer to a batch that cannot be sent. */
export function unstorable(cause: unknown): FlushResult {
  if (cause instanceof UnstorableError) return { kind: 'data_error', message: cause.message };
  throw cause;
}

function moveAll({ moves, flush }: FlushBatch): readonly Statement[] {
  const { groups, others } = grouped(moves);
  const together = groups.map((group): Statement => ({ sql: moveGroup(group, flush), role: 'move', asked: group.length }));
  const shapes: readonly MoveShape[] = ['ownership', 'image', 'definition'];
  const apart = shapes.flatMap((shape) =>
    moveEach(
      shape,
      others.filter((move) => shapeOf(move) === shape),
      flush,
    ).map((statement): Statement => ({ ...statement, role: 'move' })),
  );
  return [...together, ...apart];
}

type Group = readonly [Move, ...Move[]];

/** The largest groups of equal moves; a group of one is none, unless it is all there is. */
function grouped(moves: readonly Move[]): { readonly groups: readonly Group[]; readonly others: readonly Move[] } {
  const byKey = new Map<string, [Move, ...Move[]]>();
  const others: Move[] = [];
  for (const move of moves) {
    if (move.image !== null && (move.image.progress !== '' || move.image.definition !== undefined)) {
      others.push(move);
      continue;
    }
    const key = groupKey(move);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [move]);
    else group.push(move);
  }
  const bySize = [...byKey.values()].sort((a, b) => b.length - a.length);
  const groups = bySize.filter((group, place) => place < MAX_GROUPS && (group.length > 1 || moves.length === 1));
  return { groups, others: [...others, ...bySize.filter((group) => !groups.includes(group)).flat()] };
}

function sideRows(batch: FlushBatch): readonly string[] {
  const { attention: changes, attempts: failed, audit: done, flush } = batch;
  const cleared = changes.length === 0 ? [] : [clearAttention(changes, flush)];
  const logged = [...attempts(failed, flush), ...audit(done, flush)];
  return [...cleared, ...attention(changes, flush), ...logged, ...events(batch)];
}

/** Last, because their locks are held until COMMIT and other nodes want them. */
function commandRows({ commands, applied, dismissed, flush }: FlushBatch): readonly string[] {
  return [
    ...(commands.length === 0 ? [] : [recordCommands(commands)]),
    ...(applied.length === 0 ? [] : [deleteApplied(applied, flush)]),
    ...(dismissed.length === 0 ? [] : [deleteDismissed(dismissed)]),
  ];
}
