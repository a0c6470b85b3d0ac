/** What a path and a query say, checked. */
import { isLegalId } from '@assent/protocol';
import type { PipeTransform } from '@nestjs/common';
import { ApiError } from '../errors/index.js';

/** The gid of a path. Throws `ApiError` `invalid_gid`. */
export function readGid(text: string): string {
  if (isLegalId(text)) return text;
  throw new ApiError('invalid_gid', 'The gid in the path must be 1 to 64 of letters, digits, ".", "_" and "-", and neither "." nor "..".');
}

/** The query, each parameter at most once and only known ones. Throws `ApiError` `invalid_query`. */
export function readQuery<K extends string>(query: unknown, known: readonly K[]): Partial<Record<K, string>> {
  const values: Partial<Record<K, string>> = {};
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    const key = known.find((one) => one === name);
    if (key === undefined) {
      const list = known.length === 0 ? 'this route takes none' : `this route takes ${known.join(', ')}`;
      throw new ApiError('invalid_query', `The query parameter "${name.slice(0, 64)}" is not known; ${list}.`);
    }
    if (typeof value !== 'string') throw new ApiError('invalid_query', `The query parameter "${name}" is given twice.`);
    values[key] = value;
  }
  return values;
}

const STORABLE_ID = /^[!-~]{1,64}$/;

/**
 * An id of a path, for `@Param`. Columns of ids are ASCII, and MySQL fails where it is to compare them with anything else: what none of them could hold
 * is taken for the id of nothing.
 */
export const idInPath: PipeTransform<string, string> = { transform: (text) => (STORABLE_ID.test(text) ? text : '') };

/** The `next` of the page before; empty: there was none. Throws `ApiError` `invalid_query`. */
export function readPosition(name: string, text = ''): string {
  if (text === '' || STORABLE_ID.test(text)) return text;
  throw new ApiError('invalid_query', `"${name}" must be the \`next\` of an earlier page.`);
}

/** How many rows a page may have: `most` when nothing is said. Throws `ApiError` `invalid_query`. */
export function readLimit(text: string | undefined, most: number): number {
  if (text === undefined) return most;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new ApiError('invalid_query', `"limit" must be a whole number from 1 to ${most}.`);
}

/** A moment (RFC 3339) in milliseconds since the epoch. Throws `ApiError` `invalid_query`. */
export function readMoment(name: string, text: string): number {
  const atMs = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:[0-9]{2})$/.test(text) ? momentOf(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new ApiError('invalid_query', `"${name}" must be a moment such as 2026-11-22T08:00:00Z.`);
}

/** Milliseconds since the epoch, or NaN: also for a day that its month does not have, which `Date.parse` takes for one of the next. */
export function momentOf(text: string): number {
  const day = text.slice(0, '2026-11-22'.length);
  const isThere = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  return isThere ? Date.parse(text) : Number.NaN;
}
