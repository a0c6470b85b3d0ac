/**
 * Who did what, and why, to transactions that this flush wrote, and a note for the chain (`../../audit`) to take them up. Index and guard: see
 * `insertJoined`.
 */
import type { AuditRow } from '@assent/engine';
import { keptAudit } from '../../rows.js';
import { ascii, integer, text } from './literals.js';
import { insertJoined } from './side-rows.js';

const COLUMNS = ['gid', 'id', 'at', 'principal', 'action', 'reason', 'detail'];

export function audit(rows: readonly AuditRow[], flush: string): readonly string[] {
  const kept = rows.map(keptAudit).map((row) => ({ gid: row.gid, literals: literals(row) }));
  const unchained = rows.map((row) => ({ gid: row.gid, literals: [ascii(row.id)] }));
  return [...insertJoined('audit_log', COLUMNS, kept, flush), ...insertJoined('audit_unchained', ['id'], unchained, flush)];
}

/** Audit rows that belong to no image: plain inserts. Index: primary. */
export function notes(rows: readonly AuditRow[]): readonly string[] {
  if (rows.length === 0) return [];
  const kept = rows.map((row) => `(${literals(keptAudit(row)).join(',')})`);
  const ids = rows.map((row) => `(${ascii(row.id)})`);
  return [
    `INSERT INTO audit_log(${COLUMNS.join(',')}) VALUES ${kept.join(',')}`,
    `INSERT INTO audit_unchained(id) VALUES ${ids.join(',')}`,
  ];
}

function literals(row: AuditRow): readonly string[] {
  return [ascii(row.gid), ascii(row.id), integer(row.atMs), text(row.principal), ascii(row.action), text(row.reason), text(row.detail)];
}
