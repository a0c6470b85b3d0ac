/** The cursor that leads from one page of transactions to the next, as text that nobody need read. */
import type { SearchPosition } from '@assent/engine';
import { isLegalId } from '@assent/protocol';
import { ApiError } from '../../errors/index.js';

export function writeCursor({ createdAtMs, gid }: SearchPosition): string {
  return Buffer.from(`${createdAtMs} ${gid}`).toString('base64url');
}

/** Throws `invalid_query` for what `writeCursor` has not written. */
export function readCursor(cursor: string): SearchPosition {
  const match = /^(\d{1,16}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  const gid = match?.[2];
  if (gid === undefined || !isLegalId(gid))
    throw new ApiError('invalid_query', '"cursor" must be the `next` of an earlier page, as it was given.');
  return { createdAtMs: Number(match?.[1]), gid };
}
