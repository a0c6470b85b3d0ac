/**
 * The statements of SQLite: one row each, prepared once. The file belongs to one process and a flush runs without a pause in it, so nothing needs
 * to be grouped or hinted; the guards are the same as on the other databases. Every look-up is by primary key unless said.
 */
import type { SqliteDatabase, SqliteStatement } from '@assent/sqlite';

/** Database time in milliseconds; constant within a statement. */
const NOW_MS = "CAST(ROUND(unixepoch('now', 'subsec') * 1000) AS INTEGER)";

/** Texts as bytes: libsql would cut them at a NUL. */
const COLUMNS =
  'gid, status, pattern, mixed, paused, owner, due_at, version, flush, CAST(name AS BLOB) AS name, ' +
  'CAST(business_key AS BLOB) AS business_key, CAST(created_by AS BLOB) AS created_by, content_hash, ' +
  'CAST(definition AS BLOB) AS definition, CAST(progress AS BLOB) AS progress, created_at, finished_at';

const sql = {
  now: `SELECT ${NOW_MS} AS nowMs`,

  declarePredecessors: "UPDATE coordinator_node SET state = 'dead' WHERE state = 'alive' AND name = ? AND incarnation <> ?",
  enter: `INSERT INTO coordinator_node (incarnation, name, state, flushes, started_at, seen_at) VALUES (?, ?, 'alive', 0, ${NOW_MS}, ${NOW_MS})`,
  leave: "UPDATE coordinator_node SET state = 'stopped' WHERE incarnation = ? AND state = 'alive'",
  node: 'SELECT name, state, flushes FROM coordinator_node WHERE incarnation = ?',
  skipFlush: 'UPDATE coordinator_node SET flushes = ? WHERE incarnation = ?',
  /** Index: (owner), one look-up per incarnation that ever was. */
  nodes:
    'SELECT incarnation, name, state, flushes FROM coordinator_node n ' +
    "WHERE state = 'alive' OR EXISTS (SELECT 1 FROM global_transaction g WHERE g.owner = n.incarnation)",

  /** Zero rows: the node is not alive, or the number is not the one it knows. */
  fence: `UPDATE coordinator_node SET flushes = flushes + 1, seen_at = ${NOW_MS} WHERE incarnation = ? AND state = 'alive' AND flushes = ?`,
  declareDead: "UPDATE coordinator_node SET state = 'dead' WHERE incarnation = ? AND state = 'alive' AND flushes = ?",
  begin:
    'INSERT INTO global_transaction (gid, status, pattern, mixed, paused, owner, due_at, version, flush, name, business_key, created_by, ' +
    'content_hash, definition, progress, created_at, finished_at) ' +
    'VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  moveOwnership:
    'UPDATE global_transaction SET version = version + 1, owner = ?, due_at = ?, flush = ? WHERE gid = ? AND version = ? AND owner IS ?',
  moveImage:
    'UPDATE global_transaction SET version = version + 1, owner = ?, due_at = ?, flush = ?, status = ?, mixed = ?, paused = ?, progress = ?, ' +
    'definition = COALESCE(?, definition), finished_at = COALESCE(finished_at, ?) ' +
    'WHERE gid = ? AND version = ? AND owner IS ?',

  wrote: 'SELECT 1 AS yes FROM global_transaction WHERE gid = ? AND flush = ?',
  clearAttention: 'DELETE FROM attention WHERE gid = ?',
  clearFlag: 'DELETE FROM attention WHERE gid = ? AND branch = ? AND kind = ?',
  attention: 'INSERT INTO attention (gid, branch, kind, code, participant, since) VALUES (?, ?, ?, ?, ?, ?)',
  attempt:
    'INSERT INTO attempt_log (gid, flush, place, branch, op, attempt, started_at, duration_ms, outcome, code, message) ' +
    'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  unchained: 'INSERT INTO audit_unchained (id) VALUES (?)',
  audit: 'INSERT INTO audit_log (id, gid, at, principal, action, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',

  event: 'INSERT INTO outbox (gid, version, incarnation, name, status, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  /** Index: (incarnation, created_at). Left out is what has an older event of its gid further down. */
  events:
    'SELECT o.gid, o.version, CAST(o.name AS BLOB) AS name, o.status, CAST(o.body AS BLOB) AS body, o.created_at AS atMs, ' +
    'EXISTS (SELECT 1 FROM outbox_refused r WHERE r.gid = o.gid AND r.version < o.version) AS isBehind ' +
    'FROM outbox o INDEXED BY outbox_by_incarnation WHERE o.incarnation = ? AND NOT EXISTS (SELECT 1 FROM outbox p ' +
    'WHERE p.gid = o.gid AND p.version < o.version AND (p.incarnation <> o.incarnation OR p.created_at > o.created_at)) ' +
    'ORDER BY o.created_at, o.gid, o.version LIMIT ?',
  deleteEvent: 'DELETE FROM outbox WHERE gid = ? AND version = ?',
  /** Index: (incarnation, created_at), for each node there was: CROSS JOIN keeps that order. What is dead stays dead, so nothing need be guarded. */
  adoptEvents:
    'UPDATE outbox SET incarnation = ? WHERE rowid IN (SELECT o.rowid FROM coordinator_node n CROSS JOIN outbox o ON o.incarnation = n.incarnation ' +
    "WHERE n.state <> 'alive' ORDER BY o.created_at LIMIT ?)",
  countEvents: 'SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox INDEXED BY outbox_by_incarnation WHERE incarnation = ? LIMIT ?)',
  oldestEvent: 'SELECT created_at AS atMs FROM outbox INDEXED BY outbox_by_incarnation WHERE incarnation = ? ORDER BY created_at LIMIT 1',

  setAside:
    'INSERT INTO outbox_refused (gid, version, name, status, body, created_at, cause, tried_at) ' +
    'SELECT gid, version, name, status, body, created_at, ?, ? FROM outbox WHERE gid = ? AND version = ?',
  /** Index: (tried_at); the look behind by primary. */
  refused:
    'SELECT r.gid, r.version, CAST(r.name AS BLOB) AS name, r.status, CAST(r.body AS BLOB) AS body, r.created_at AS atMs ' +
    'FROM outbox_refused r INDEXED BY outbox_refused_by_tried_at WHERE r.tried_at < ? AND NOT EXISTS ' +
    '(SELECT 1 FROM outbox_refused p WHERE p.gid = r.gid AND p.version < r.version) ORDER BY r.tried_at LIMIT ?',
  noteRefused: 'UPDATE outbox_refused SET tried_at = ? WHERE gid = ? AND version = ?',
  deleteRefused: 'DELETE FROM outbox_refused WHERE gid = ? AND version = ?',
  countRefused: 'SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox_refused LIMIT ?)',

  recordCommand: 'INSERT INTO command (id, gid, kind, body, principal, reason) VALUES (?, ?, ?, ?, ?, ?)',
  deleteApplied:
    'DELETE FROM command WHERE id = ? AND EXISTS (SELECT 1 FROM global_transaction g WHERE g.gid = command.gid AND g.flush = ?)',
  deleteDismissed: 'DELETE FROM command WHERE id = ?',
  commands:
    'SELECT c.id, c.gid, c.kind, c.body, c.principal, c.reason FROM command c LEFT JOIN global_transaction g ON g.gid = c.gid ' +
    'WHERE c.id > ? AND (g.owner IS NULL OR g.owner = ?) ORDER BY c.id LIMIT ?',
  hasCommand: 'SELECT 1 AS yes FROM command WHERE id = ?',
  audited: 'SELECT id, gid, at AS atMs, principal, action, reason, detail FROM audit_log WHERE id = ?',

  read: `SELECT ${COLUMNS} FROM global_transaction WHERE gid = ?`,
  exists: 'SELECT 1 AS yes FROM global_transaction WHERE gid = ?',
  /** Index: (due_at), which holds resting rows only. */
  due: `SELECT ${COLUMNS} FROM global_transaction INDEXED BY global_transaction_by_due_at WHERE due_at >= ? AND due_at <= ? ORDER BY due_at LIMIT ?`,
  /** Index: (participant). */
  waiting:
    'SELECT DISTINCT gid FROM attention INDEXED BY attention_by_participant ' +
    "WHERE participant = ? AND gid > ? AND kind IN ('retrying', 'waiting') ORDER BY gid LIMIT ?",
  /** Index: (owner). */
  owned: `SELECT ${COLUMNS} FROM global_transaction INDEXED BY global_transaction_by_owner WHERE owner = ? LIMIT ?`,
  ownedGids: 'SELECT gid FROM global_transaction INDEXED BY global_transaction_by_owner WHERE owner = ? LIMIT ?',
};

export type SqliteStatements = Readonly<Record<keyof typeof sql, SqliteStatement>>;

/** The text of every statement, for whoever wants to explain them. */
export const sqliteSql: Readonly<Record<keyof typeof sql, string>> = sql;

export function prepareStatements(database: SqliteDatabase): SqliteStatements {
  const names = Object.keys(sql) as (keyof typeof sql)[];
  return Object.fromEntries(names.map((name) => [name, database.prepare(sql[name])])) as SqliteStatements;
}
