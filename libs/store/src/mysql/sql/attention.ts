/** Replaces what a transaction asks attention for. Index and guard: see `deleteJoined` and `insertJoined`. */
import type { AttentionChange, Flag } from '@assent/engine';
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

/** Attention that no image speaks of. In the order of the gids, so that two nodes lock in the same order. Index: primary. */
export function flags(rows: readonly Flag[]): readonly string[] {
  return [...rows]
    .sort((a, b) => (a.gid < b.gid ? -1 : 1))
    .flatMap(({ gid, attention: row }) => {
      const [kept] = keptAttention([row]) as [Attention];
      const key = `gid=${ascii(gid)} AND branch=${ascii(kept.branch)} AND kind=${ascii(kept.kind)}`;
      return [
        `DELETE FROM attention WHERE ${key}`,
        `INSERT INTO attention(${COLUMNS.join(',')}) VALUES (${literals(gid, kept).join(',')})`,
      ];
    });
}

function literals(gid: string, row: Attention): readonly string[] {
  return [ascii(gid), ascii(row.branch), ascii(row.kind), text(row.code), text(row.participant), integer(row.sinceMs)];
}
