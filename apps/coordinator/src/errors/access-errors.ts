/** Who is asking, and what they may do. Without access control (ASSENT_AUTH=off) none of these is ever answered. */
import type { ErrorEntry } from './entry.js';

export const accessErrors = {
  unauthenticated: {
    status: 401,
    title: 'The request does not say who is asking',
    help: 'Send the header `authorization: Bearer <key or token>`, or `x-api-key: <key>`. See docs/security.md.',
  },
  invalid_credentials: {
    status: 401,
    title: 'The key or token does not count',
    help: 'It is unknown, revoked, expired, or made for somebody else. Ask an admin for a new key, or your issuer for a new token.',
  },
  forbidden: {
    status: 403,
    title: 'Your role may not do this',
    help: 'The detail names the roles that may. docs/security.md has the table.',
  },
} as const satisfies Record<string, ErrorEntry>;
