/** Identifiers as they travel and as they are stored. What is a legal one is decided here and nowhere else. */

/** A global transaction's id: at most 64 of `[A-Za-z0-9._-]`, made by the client library as a UUIDv7. */
export type Gid = string;

/** A branch's id, unique within its transaction; same alphabet as a gid. */
export type BranchId = string;

/** Milliseconds since the Unix epoch on the database's clock, as the engine knows it. Never `Date.now`. */
export type EpochMs = number;

/** The last moment that a date can show (ECMA-262, 21.4.1.1): a policy that waits longer waits until then. */
const LATEST_MS: EpochMs = 8.64e15;

/** `delayMs` after `atMs`; always a moment that can be stored and shown. */
export function momentAfter(atMs: EpochMs, delayMs: number): EpochMs {
  return Math.min(LATEST_MS, atMs + delayMs);
}

/** Not `.` and `..`: as a part of a path these mean another path (RFC 3986 section 5.2.4), so nobody could ask for what is called so. */
const LEGAL_ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;

/** True when `text` may be a gid, a branch id, a participant name or a policy name. */
export function isLegalId(text: string): boolean {
  return LEGAL_ID.test(text);
}
