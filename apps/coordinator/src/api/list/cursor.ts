/** The cursor that leads from one page of transactions to the next, as text that nobody need read. */
import type { SearchPosition } from '@assent/engine';
import { isLegalId } from '@assent/protocol';
import type { Seal } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';

/** `seal`: for whoever must not read it; `null`: it is only made short. */
export function writeCursor({ createdAtMs, gid }: SearchPosition, seal: Seal | null = null): string {
  const text = `${createdAtMs} ${gid}`;
  return seal === null ? Buffer.from(text).toString('base64url') : seal.close(text);
}

/** Throws `invalid_query` for what `writeCursor` has not written. */
export function readCursor(cursor: string, seal: Seal | null = null): SearchPosition {
  const text = seal === null ? Buffer.from(cursor, 'base64url').toString() : (seal.open(cursor) ?? '');
  const match = /^(\d{1,16}) (\S+)$/.exec(text);
  const gid = match?.[2];
  if (gid === undefined || !isLegalId(gid))
    throw new ApiError('invalid_query', '"cursor" must be the `next` of an earlier page, as it was given.');
  return { createdAtMs: Number(match?.[1]), gid };
}
