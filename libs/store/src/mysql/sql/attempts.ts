/** Failed attempts of this flush, keyed by their place in it. Index and guard: see `insertJoined`. */
import type { AttemptRow } from '@assent/engine';
import { keptAttempt } from '../../rows.js';
import { ascii, bits, integer, text } from './literals.js';
import { insertJoined } from './side-rows.js';

const COLUMNS = ['gid', 'flush', 'place', 'branch', 'op', 'attempt', 'started_at', 'duration_ms', 'outcome', 'code', 'message'];

export function attempts(rows: readonly AttemptRow[], flush: string): readonly string[] {
  const kept = rows.map(keptAttempt).map((row, place) => ({ gid: row.gid, literals: literals(row, place, flush) }));
  return insertJoined('attempt_log', COLUMNS, kept, flush);
}

function literals(row: AttemptRow, place: number, flush: string): readonly string[] {
  const key = [ascii(row.gid), bits(flush), integer(place)];
  const call = [ascii(row.branch), ascii(row.op), integer(row.attempt), integer(row.startedAtMs), integer(row.durationMs)];
  return [...key, ...call, ascii(row.outcome), text(row.code), text(row.message)];
}
