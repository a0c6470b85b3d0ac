/** Tells a repeated request from another one: SHA-256 of its RFC 8785 form, as it was written (DESIGN section 4.9). */
import { hash } from 'node:crypto';
import * as canonicalizeModule from 'canonicalize';

// A CommonJS function whose types say `export default`: Node and TypeScript disagree on what the import is.
const canonicalize = (canonicalizeModule as unknown as { default: (value: unknown) => string }).default;

/** 64 hex digits. `content`: the request without what does not belong to it (wait and timeouts), before defaults and name resolution. */
export function contentHash(content: object): string {
  return hash('sha256', canonicalize(content), 'hex');
}
