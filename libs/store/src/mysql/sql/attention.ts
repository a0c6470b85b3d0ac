/** Replaces what a transaction asks attention for. Index and guard: see `deleteJoined` and `insertJoined`. */
import type { AttentionChange } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import { keptAttention } from '../../rows.js';
import { ascii, integer, text } from './literals.js';
import { deleteJoined, insertJoined } from './side-rows.js';

const COLUMNS = ['gid', 'branch', 'kind', 'code', 'participant', 'since'];

export function clearAttention(changes: readonly AttentionChange[], flush: string): string {
  return deleteJoined(
    'attention',
    changes.map((change) => change.gid),
    flush,
  );
}

export function attention(changes: readonly AttentionChange[], flush: string): readonly string[] {
  const rows = changes.flatMap(({ gid, rows }) => keptAttention(rows).map((row) => ({ gid, literals: literals(gid, row) })));
  return insertJoined('attention', COLUMNS, rows, flush);
}

function literals(gid: string, row: Attention): readonly string[] {
  return [ascii(gid), ascii(row.branch), ascii(row.kind), text(row.code), text(row.participant), integer(row.sinceMs)];
}
