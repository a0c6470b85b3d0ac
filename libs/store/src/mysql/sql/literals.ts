/**
 * Values as SQL literals. A flush is one text packet, so its values are written into it, and this file is the only place that may do so. Every
 * function throws `UnstorableError` for a value that the column could not give back unchanged. Correct for the writer's session only: utf8mb4,
 * and neither NO_BACKSLASH_ESCAPES nor ANSI_QUOTES (both are verified when the connection is made).
 */
import { isStorableId, isStorableText } from '../../limits.js';

/** A value that no column can hold: the row is poison, its neighbours are not. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
}

/** The database's clock in milliseconds since the epoch; constant within a statement. */
export const NOW_MS = 'CAST(UNIX_TIMESTAMP(NOW(3))*1000 AS UNSIGNED)';

const NEEDS_ESCAPE = /['\\\0]/;
const ESCAPED: Readonly<Record<string, string>> = { "'": "\\'", '\\': '\\\\', '\0': '\\0' };
/** The largest signed 64-bit number; of equal length, decimal strings compare like numbers. */
const MAX_BIGINT = '9223372036854775807';

/** Text of a utf8mb4 column. */
export function text(value: string): string {
  if (!isStorableText(value)) throw new UnstorableError('a text is not valid Unicode');
  return `'${escaped(value)}'`;
}

/** Text of a ascii_bin column: with the introducer, a derived table keeps the column's collation, and so the join its index. */
export function ascii(value: string): string {
  if (!isStorableId(value)) throw new UnstorableError('an id has blanks, or characters outside of ASCII');
  return `_ascii'${escaped(value)}'`;
}

/** An integer; fractions of a millisecond are rounded away. */
export function integer(value: number): string {
  const whole = Math.round(value);
  if (!Number.isSafeInteger(whole)) throw new UnstorableError(`${value} is not an integer`);
  return String(whole);
}

/** 63 bits, given as a decimal string. */
export function bits(value: string): string {
  const fits = /^\d{1,19}$/.test(value) && (value.length < MAX_BIGINT.length || value <= MAX_BIGINT);
  if (!fits) throw new UnstorableError('a number of 63 bits is malformed');
  return value;
}

/** A SHA-256, given as 64 hex digits. */
export function sha256(value: string): string {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new UnstorableError('a content hash is not a SHA-256');
  return `x'${value}'`;
}

export function flag(value: boolean): string {
  return value ? '1' : '0';
}

/** NULL, or what `literal` makes of the value. */
export function nullable<Value>(value: Value | null, literal: (value: Value) => string): string {
  return value === null ? 'NULL' : literal(value);
}

function escaped(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/['\\\0]/g, (character) => ESCAPED[character] as string) : value;
}
