/**
 * The outbox: events join the transaction row at `flush = this` (see `insertJoined`), and the relay of the node that wrote them reads and deletes
 * them. Whoever reads looks at its own rows from the oldest on, and never remembers how far it came: nothing depends on the order of ids.
 */
import type { EventKey, EventRow, FlushBatch, Incarnation } from '@assent/engine';
import { inChunks } from '../../rows.js';
import { ascii, bits, integer, text } from './literals.js';
import { insertJoined } from './side-rows.js';

const COLUMNS = ['gid', 'version', 'incarnation', 'name', 'status', 'body', 'created_at'];
/** Of nodes that left events behind, in one look. */
const MAX_NODES = 100;
/** Keys in one statement. */
const MAX_KEYS = 500;

/** Begins go in together or not at all, so their events need not look whether theirs did. */
export function events({ events: rows, begins, fence, flush }: FlushBatch): readonly string[] {
  const begun = new Set(begins.map(({ gid }) => gid));
  const ofBegins = rows.filter(({ gid }) => begun.has(gid));
  const ofMoves = rows.filter(({ gid }) => !begun.has(gid));
  const values = ofBegins.map((row) => `(${literals(row, fence.incarnation).join(',')})`);
  const inserted = values.length === 0 ? [] : [`INSERT INTO outbox(${COLUMNS.join(',')}) VALUES ${values.join(',')}`];
  const sideRows = ofMoves.map((row) => ({ gid: row.gid, literals: literals(row, fence.incarnation) }));
  return [...inserted, ...insertJoined('outbox', COLUMNS, sideRows, flush)];
}

/**
 * Index: (incarnation, created_at), whose entries end with the primary key, so that the order needs no sort; the look behind by primary. Left out is
 * what has an older event of its gid with another node, or further down than itself: clocks of two nodes differ a little.
 */
export function readEvents(incarnation: Incarnation, limit: number): string {
  const older = 'p.gid=o.gid AND p.version<o.version AND (p.incarnation<>o.incarnation OR p.created_at>o.created_at)';
  const waits = `EXISTS(SELECT 1 FROM outbox p FORCE INDEX(PRIMARY) WHERE ${older})`;
  const behind = 'EXISTS(SELECT 1 FROM outbox_refused r FORCE INDEX(PRIMARY) WHERE r.gid=o.gid AND r.version<o.version)';
  const columns = `o.gid,o.version,o.name,o.status,o.body,o.created_at AS atMs,${behind} AS isBehind`;
  const order = 'o.created_at,o.gid,o.version';
  const from = 'outbox o FORCE INDEX(by_incarnation)';
  return `SELECT ${columns} FROM ${from} WHERE o.incarnation=${bits(incarnation)} AND NOT ${waits} ORDER BY ${order} LIMIT ${integer(limit)}`;
}

/** Index: primary. */
export function deleteEvents(keys: readonly EventKey[]): readonly string[] {
  return wherePairs(keys).map((where) => `DELETE FROM outbox WHERE ${where}`);
}

/** By version, because neither server finds pairs by a primary key reliably. */
export function wherePairs(keys: readonly EventKey[]): readonly string[] {
  const byVersion = new Map<number, string[]>();
  for (const { gid, version } of keys) byVersion.set(version, [...(byVersion.get(version) ?? []), gid]);
  return [...byVersion].flatMap(([version, gids]) =>
    inChunks(gids.toSorted(), MAX_KEYS).map((chunk) => `gid IN (${chunk.map(ascii).join(',')}) AND version=${integer(version)}`),
  );
}

/** Nodes that are no longer alive and left events behind. Index: (incarnation, created_at), one look-up per node that has events. */
export const READ_ORPHANED =
  'SELECT n.incarnation FROM (SELECT DISTINCT incarnation FROM outbox FORCE INDEX(by_incarnation)) o STRAIGHT_JOIN coordinator_node n ' +
  `FORCE INDEX(PRIMARY) ON n.incarnation=o.incarnation WHERE n.state<>'alive' LIMIT ${MAX_NODES}`;

/** What is dead stays dead, so nothing need be guarded. Index: (incarnation, created_at). */
export function adoptEvents(from: Incarnation, to: Incarnation, limit: number): string {
  return `UPDATE outbox SET incarnation=${bits(to)} WHERE incarnation=${bits(from)} ORDER BY created_at LIMIT ${integer(limit)}`;
}

/** Index: (incarnation, created_at) alone. */
export function backlog(incarnation: Incarnation, most: number): string {
  const own = `FROM outbox FORCE INDEX(by_incarnation) WHERE incarnation=${bits(incarnation)}`;
  const counted = `(SELECT COUNT(*) FROM (SELECT 1 ${own} LIMIT ${integer(most)}) o)`;
  return `SELECT ${counted} AS n,(SELECT created_at ${own} ORDER BY created_at LIMIT 1) AS oldestAtMs`;
}

function literals(row: EventRow, incarnation: Incarnation): readonly string[] {
  const key = [ascii(row.gid), integer(row.version), bits(incarnation)];
  return [...key, text(row.name), ascii(row.status), text(row.body), integer(row.atMs)];
}
