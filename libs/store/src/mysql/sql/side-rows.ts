/**
 * Side rows join the transaction row at `flush = this`: a transaction that did not move gets none. The rows drive the join, one primary key look-up
 * each; under READ COMMITTED the look-up takes no lock. Index: primary of global_transaction, and of the side table.
 */
import { inChunks } from '../../rows.js';
import { ascii, bits } from './literals.js';

/** Rows of one derived table: parsers recurse into UNIONs, and their stack is not ours to fill. */
export const MAX_UNION_ROWS = 100;

/**
 * @param columns names of the side table's columns.
 * @param rows the gid, and the literals of the columns in their order.
 * @returns as many statements as it takes; none without rows.
 */
export function insertJoined(table: string, columns: readonly string[], rows: readonly SideRow[], flush: string): readonly string[] {
  const into = `INSERT INTO ${table}(${columns.join(',')}) SELECT ${columns.map((_, place) => `d.c${place}`).join(',')}`;
  return inChunks(rows, MAX_UNION_ROWS).map((chunk) => {
    const join = `(${chunk.map(select).join(' UNION ALL ')}) d STRAIGHT_JOIN global_transaction g FORCE INDEX(PRIMARY) ON g.gid=d.joined`;
    return `${into} FROM ${join} WHERE g.flush=${bits(flush)}`;
  });
}

export interface SideRow {
  readonly gid: string;
  readonly literals: readonly string[];
}

function select({ gid, literals }: SideRow): string {
  return `SELECT ${ascii(gid)} AS joined,${literals.map((literal, place) => `${literal} AS c${place}`).join(',')}`;
}

/** Takes away what the table says of these transactions, where this flush wrote them. Index: primary of both tables. */
export function deleteJoined(table: string, gids: readonly string[], flush: string): string {
  const list = gids.map(ascii).join(',');
  const from = `global_transaction g FORCE INDEX(PRIMARY) STRAIGHT_JOIN ${table} s FORCE INDEX(PRIMARY) ON s.gid=g.gid`;
  return `DELETE s FROM ${from} WHERE g.gid IN (${list}) AND g.flush=${bits(flush)}`;
}
