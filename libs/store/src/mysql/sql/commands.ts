/**
 * Commands for transactions that another node drives. The table is normally empty, so that every node may read it every second. A command is deleted
 * by the flush that carries it out, and only where that flush moved its transaction (`flush = this`).
 */
import type { AppliedCommand, CommandRow, Incarnation } from '@assent/engine';
import { keptCommand } from '../../rows.js';
import { ascii, bits, integer, text } from './literals.js';

const COLUMNS = ['id', 'gid', 'kind', 'body', 'principal', 'reason'];

/** Records commands: one multi-row INSERT. Index: primary. */
export function recordCommands(rows: readonly CommandRow[]): string {
  return `INSERT INTO command(${COLUMNS.join(',')}) VALUES ${rows.map((row) => `(${values(keptCommand(row))})`).join(',')}`;
}

/** Index: primary of both tables. Guard: `flush = this`. */
export function deleteApplied(rows: readonly AppliedCommand[], flush: string): string {
  const from = 'command c FORCE INDEX(PRIMARY) STRAIGHT_JOIN global_transaction g FORCE INDEX(PRIMARY) ON g.gid=c.gid';
  return `DELETE c FROM ${from} WHERE c.id IN (${listOf(rows.map(({ id }) => id))}) AND g.flush=${bits(flush)}`;
}

/** Index: primary. A DELETE of one table takes no hint, and needs none: only when the table is empty it is read instead. */
export function deleteDismissed(ids: readonly string[]): string {
  return `DELETE FROM command WHERE id IN (${listOf(ids)})`;
}

/** Index: primary of both tables. The outer join keeps commands of transactions that do not exist: somebody has to delete them. */
export function readCommands(incarnation: Incarnation, afterId: string, limit: number): string {
  const from = 'command c FORCE INDEX(PRIMARY) LEFT JOIN global_transaction g FORCE INDEX(PRIMARY) ON g.gid=c.gid';
  const mine = `(g.owner IS NULL OR g.owner=${bits(incarnation)})`;
  const columns = COLUMNS.map((column) => `c.${column}`).join(',');
  return `SELECT ${columns} FROM ${from} WHERE c.id>${ascii(afterId)} AND ${mine} ORDER BY c.id LIMIT ${integer(limit)}`;
}

/** Index: primary, which alone answers it. */
export function readRemainingCommands(ids: readonly string[]): string {
  return `SELECT id FROM command FORCE INDEX(PRIMARY) WHERE id IN (${listOf(ids)})`;
}

function values(row: CommandRow): string {
  return [ascii(row.id), ascii(row.gid), ascii(row.kind), text(row.body), text(row.principal), text(row.reason)].join(',');
}

/** In one order everywhere, so that two nodes lock in the same order. */
function listOf(ids: readonly string[]): string {
  return [...ids].sort().map(ascii).join(',');
}
