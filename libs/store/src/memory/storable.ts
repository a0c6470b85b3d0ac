/** The column limits of the real tables, for the adapter that has no tables. */
import type { BeginRow, CommandRow, Move } from '@assent/engine';
import { columnLimits, isStorableId, isStorableText } from '../limits.js';

/** What a column would refuse of this row, or `undefined`. */
export function problemOfBegin(row: BeginRow): string | undefined {
  return (
    (isStorableId(row.gid) ? undefined : 'gid has blanks, or characters outside of ASCII') ??
    tooLong('gid', row.gid, columnLimits.id) ??
    tooLong('pattern', row.pattern, columnLimits.pattern) ??
    tooLong('name', row.name, columnLimits.name) ??
    tooLong('business_key', row.businessKey ?? '', columnLimits.businessKey) ??
    tooLong('created_by', row.createdBy, columnLimits.principal) ??
    (/^[0-9a-f]{64}$/.test(row.contentHash) ? undefined : 'content_hash is not a SHA-256') ??
    tooBig('definition', row.definition) ??
    tooBig('progress', row.progress)
  );
}

/** What a column would refuse of this row, or `undefined`. */
export function problemOfMove(move: Move): string | undefined {
  return tooBig('definition', move.image?.definition ?? '') ?? tooBig('progress', move.image?.progress ?? '');
}

/** What a column would refuse of this row, or `undefined`. */
export function problemOfCommand(row: CommandRow): string | undefined {
  const isId = isStorableId(row.id) && isStorableId(row.gid) && isStorableId(row.kind);
  return (
    (isId ? undefined : 'an id has blanks, or characters outside of ASCII') ??
    tooLong('id', row.id, columnLimits.id) ??
    tooLong('gid', row.gid, columnLimits.id) ??
    tooLong('kind', row.kind, columnLimits.kind) ??
    tooLong('principal', row.principal, columnLimits.principal) ??
    tooBig('body', row.body)
  );
}

function tooLong(column: string, text: string, limit: number): string | undefined {
  if (!isStorableText(text)) return `${column} is not valid Unicode`;
  return [...text].length > limit ? `${column} is longer than ${limit} characters` : undefined;
}

function tooBig(column: string, text: string): string | undefined {
  if (!isStorableText(text)) return `${column} is not valid Unicode`;
  return Buffer.byteLength(text) > columnLimits.documentBytes ? `${column} is longer than ${columnLimits.documentBytes} bytes` : undefined;
}
