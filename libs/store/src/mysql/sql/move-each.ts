/**
 * Moves rows that differ: the steps as a derived table that drives the join. STRAIGHT_JOIN, because the optimizer otherwise begins with (owner),
 * that is with every owned row. FORCE INDEX, because a small table is otherwise scanned, and every row of it locked.
 * Guard: `version = old AND owner <=> known`. Index: primary, one row per step.
 */
import type { Move, MovedImage } from '@assent/engine';
import { inChunks, isFinalStatus } from '../../rows.js';
import { ascii, bits, flag, integer, nullable, text } from './literals.js';
import { MOMENT_MS } from './moment-of-flush.js';
import { MAX_UNION_ROWS } from './side-rows.js';

/** What a statement carries; rows of one shape share one statement. */
export type MoveShape = 'ownership' | 'image' | 'definition';

export function shapeOf(move: Move): MoveShape {
  if (move.image === null) return 'ownership';
  return move.image.definition === undefined ? 'image' : 'definition';
}

/** @param moves all of this shape. One statement for every hundred of them. */
export function moveEach(shape: MoveShape, moves: readonly Move[], flush: string): readonly EachStatement[] {
  return inChunks(moves, MAX_UNION_ROWS).map((chunk) => ({ sql: statement(shape, chunk, flush), asked: chunk.length }));
}

export interface EachStatement {
  readonly sql: string;
  /** How many rows it moves when every guard matches. */
  readonly asked: number;
}

function statement(shape: MoveShape, moves: readonly Move[], flush: string): string {
  const steps = moves.map((move) => `SELECT ${columns(move).join(',')}`).join(' UNION ALL ');
  const set = `${SET.ownership}${shape === 'ownership' ? '' : SET.image}${shape === 'definition' ? SET.definition : ''},g.flush=${bits(flush)}`;
  return `UPDATE (${steps}) d STRAIGHT_JOIN global_transaction g FORCE INDEX(PRIMARY) ON g.gid=d.gid SET ${set} WHERE g.version=d.v AND g.owner<=>d.known`;
}

const SET = {
  ownership: 'g.version=d.v+1,g.owner=d.next,g.due_at=d.due',
  image:
    ',g.status=d.status,g.mixed=d.mixed,g.paused=d.paused,g.progress=d.progress' +
    `,g.finished_at=IF(d.final AND g.finished_at IS NULL,${MOMENT_MS},g.finished_at)`,
  definition: ',g.definition=d.definition',
};

function columns(move: Move): readonly string[] {
  const guard = [`${ascii(move.gid)} gid`, `${integer(move.fromVersion)} v`, `${nullable(move.knownOwner, bits)} known`];
  const ownership = [`${nullable(move.owner, bits)} next`, `${nullable(move.dueAtMs, integer)} due`];
  return [...guard, ...ownership, ...(move.image === null ? [] : imageColumns(move.image))];
}

function imageColumns(image: MovedImage): readonly string[] {
  const state = [`${ascii(image.status)} status`, `${flag(image.mixed)} mixed`, `${flag(image.paused)} paused`];
  const rest = [`${text(image.progress)} progress`, `${flag(isFinalStatus(image.status))} final`];
  return [...state, ...rest, ...(image.definition === undefined ? [] : [`${text(image.definition)} definition`])];
}
