/**
 * How much the columns hold. The migrations, the in-memory adapter and whoever validates input read these numbers; a longer value makes a
 * `data_error`. What is written for people only (failed attempts, attention, audit) is cut instead: a long message must never fail a flush.
 */

/** Lengths in characters, except where the name says bytes. */
export const columnLimits = {
  id: 64,
  pattern: 16,
  name: 128,
  businessKey: 128,
  principal: 128,
  op: 16,
  outcome: 16,
  kind: 32,
  code: 128,
  message: 1_024,
  reason: 1_024,
  detail: 8_192,
  url: 1_024,
  /** `definition` and `progress` (MEDIUMTEXT). */
  documentBytes: 16_777_215,
} as const;

/** Methods of ES2024 strings, present in every supported Node. */
interface UnicodeText {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** False when `text` has half a surrogate pair: UTF-8 cannot hold it, so that it would come back changed. */
export function isStorableText(text: string): boolean {
  return (text as string & UnicodeText).isWellFormed();
}

/**
 * True for text that an id column can hold. No blanks: MySQL's collations ignore them at the end, and would take two ids for one.
 * Anything else is in no row.
 */
export function isStorableId(text: string): boolean {
  return /^[!-~]*$/.test(text);
}

/** `text` shortened to `limit` UTF-16 units and made storable, for columns that only people read. */
export function cutText(text: string, limit: number): string {
  return (text.slice(0, limit) as string & UnicodeText).toWellFormed();
}
