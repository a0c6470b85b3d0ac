/** The headers by which a request says on what it relies: `If-Match` and `Idempotency-Key`. */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../../errors/index.js';

/** For the documents. */
export const preconditionHeaders = {
  'If-Match': { type: 'string', description: 'The version (ETag) that you looked at: refused with 412 when it has moved since.' },
  'Idempotency-Key': {
    type: 'string',
    maxLength: 128,
    description:
      'Of your own: the same request under the same key is carried out once and answered the same, for a day. What was refused for now only (`not_sealed`) is tried again.',
  },
} as const;

/** As in the body, for whoever has it at hand. Throws `invalid_query`. */
export function readDryRun(text = 'false'): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ApiError('invalid_query', '"dryRun" must be true or false.');
}

/** The version a request is meant for; `null`: any. Throws `bad_request`. */
export function readIfMatch(headers: IncomingHttpHeaders): number | null {
  const text = headers['if-match'];
  if (text === undefined || text === '*') return null;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(text);
  if (match === null) throw new ApiError('bad_request', 'The header if-match must be the ETag of the transaction, such as "3".');
  return Number(match[1]);
}

/** Throws `bad_request`. */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new ApiError('bad_request', 'The header idempotency-key must be 1 to 128 visible ASCII characters, and be given once.');
}
