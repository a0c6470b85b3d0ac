/**
 * Keys of participants: `whsec_` and the base64 form of 24 to 64 random bytes, as the Standard Webhooks specification asks. One key per
 * participant; both sides hold it.
 */
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const MADE_BYTES = 32;
const MIN_BYTES = 24;
const MAX_BYTES = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Makes a new key. */
export function makeParticipantKey(): string {
  return PREFIX + randomBytes(MADE_BYTES).toString('base64');
}

/** Says what is wrong with a key without showing it, or `null` when it is one. */
export function participantKeyProblem(text: string): string | null {
  if (!text.startsWith(PREFIX)) return `A key begins with ${PREFIX}.`;
  const encoded = text.slice(PREFIX.length);
  if (!BASE64.test(encoded) || encoded.length % 4 !== 0) return `A key is ${PREFIX} and base64 text.`;
  const { length } = Buffer.from(encoded, 'base64');
  return length < MIN_BYTES || length > MAX_BYTES ? `A key holds ${MIN_BYTES} to ${MAX_BYTES} bytes, this one ${length}.` : null;
}

/** The key as node:crypto wants it. Throws `RangeError`, without the key in its message, when the text is not a key. */
export function readParticipantKey(text: string): KeyObject {
  const problem = participantKeyProblem(text);
  if (problem !== null) throw new RangeError(problem);
  return createSecretKey(text.slice(PREFIX.length), 'base64');
}
