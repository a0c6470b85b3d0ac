/** Tells a repeated request from another one: SHA-256 of its RFC 8785 form, as it was written (DESIGN section 4.9). */
import { hash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';

/**
 * Keys sorted by their UTF-16 units, numbers and text as ECMAScript writes them: that is RFC 8785. A spec compares it with the form that a library
 * of that name makes; this one takes half its time.
 */
const canonicalText = configure({ deterministic: true });

/** 64 hex digits. `content`: the request without what does not belong to it (wait and timeouts), before defaults and name resolution. */
export function contentHash(content: object): string {
  return hash('sha256', canonicalText(content), 'hex');
}
