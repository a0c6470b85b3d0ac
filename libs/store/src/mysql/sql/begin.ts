/** Accepts transactions: one multi-row INSERT. A gid that exists raises 1062, which takes the whole flush back. Index: primary. */
import type { BeginRow } from '@assent/engine';
import { isFinalStatus } from '../../rows.js';
import { ascii, bits, flag, integer, nullable, sha256, text } from './literals.js';
import { MOMENT_MS } from './moment-of-flush.js';

const COLUMNS =
  'gid,status,pattern,mixed,paused,owner,due_at,version,flush,name,business_key,created_by,content_hash,definition,progress,created_at,finished_at';

export function begin(rows: readonly BeginRow[], flush: string): string {
  return `INSERT INTO global_transaction(${COLUMNS}) VALUES ${rows.map((row) => `(${values(row, flush)})`).join(',')}`;
}

function values(row: BeginRow, flush: string): string {
  return [
    ascii(row.gid),
    ascii(row.status),
    ascii(row.pattern),
    flag(row.mixed),
    flag(row.paused),
    nullable(row.owner, bits),
    nullable(row.dueAtMs, integer),
    '1',
    bits(flush),
    text(row.name),
    nullable(row.businessKey, text),
    text(row.createdBy),
    sha256(row.contentHash),
    text(row.definition),
    text(row.progress),
    integer(row.createdAtMs),
    isFinalStatus(row.status) ? MOMENT_MS : 'NULL',
  ].join(',');
}
