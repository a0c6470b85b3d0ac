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
  issuer_unavailable: {
    status: 503,
    title: 'Nobody can tell now whether the token counts',
    help: 'The keys of the issuer could not be read. Send it again after `Retry-After` seconds, or use an API key.',
  },
  forbidden: {
    status: 403,
    title: 'Your role may not do this',
    help: 'The detail names the roles that may. docs/security.md has the table.',
  },
  principal_conflict: {
    status: 409,
    title: 'This principal cannot have such a key',
    help: 'One principal has one role, and its keys in one place. The detail says what is in the way.',
  },
  own_request: {
    status: 403,
    title: 'Whoever asked cannot agree as well',
    help: 'Somebody else with the role operator or admin must approve it.',
  },
  approval_not_pending: {
    status: 409,
    title: 'The request has been decided, or its time is over',
    help: 'Look at it by GET /v1/approvals/{id}; ask for the action again where it is still needed.',
  },
  approval_not_found: {
    status: 404,
    title: 'There is no such request or rule',
    help: 'List them by GET /v1/approvals and GET /v1/approval-rules.',
  },
  too_many_approvals: {
    status: 409,
    title: 'Too many requests wait for a second person',
    help: 'Approve or reject some of GET /v1/approvals?state=pending first.',
  },
  webhook_not_allowed: {
    status: 422,
    title: 'This URL may not be called by webhooks',
    help: 'Add its exact origin (scheme, host, port) to ASSENT_WEBHOOK_ORIGINS. Loopback, link-local and metadata addresses are never called in production.',
  },
  too_many_rules: {
    status: 409,
    title: 'There are too many rules',
    help: 'Remove some by POST /v1/escalation-rules/{rule}/remove.',
  },
  escalation_not_found: {
    status: 404,
    title: 'There is no such rule or alert',
    help: 'List them by GET /v1/escalation-rules and GET /v1/alerts.',
  },
  alert_resolved: {
    status: 409,
    title: 'The alert is over',
    help: 'What it was about has ended by itself or by somebody else.',
  },
  key_not_found: {
    status: 404,
    title: 'There is no such key',
    help: 'List the keys by GET /v1/keys; keys of ASSENT_API_KEYS are revoked there.',
  },
} as const satisfies Record<string, ErrorEntry>;
