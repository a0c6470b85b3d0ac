/** `/v1/approvals` and `/v1/approval-rules`: requests, answers, queries. */
import { type Role, roles } from '../../access/index.js';
import { actionNames } from '../actions/catalogue.js';
import { reasonSchema } from '../schemas/common.js';

/** Requests of one page. */
export const MOST_LISTED = 100;
export const STATES = ['pending', 'approved', 'rejected', 'expired'] as const;

/** The roles that carry out actions, and of whom a second person can be demanded. */
const actingRoles = roles.filter((role) => role === 'operator' || role === 'admin');
const WEEK_MS = 604_800_000;

export interface DecisionBody {
  readonly comment: string;
}

export interface RuleBody {
  readonly action: string;
  readonly role: Role;
  readonly ttlMs?: number;
}

export const decisionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['comment'],
  properties: { comment: { ...reasonSchema, description: 'Why you agree, or do not; kept in the audit.' } },
} as const;

/** How long a second person has when the rule does not say: a working day. */
export const DEFAULT_TTL_MS = 28_800_000;

export const ruleSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['action', 'role'],
  properties: {
    action: {
      type: 'string',
      enum: [...actionNames, 'force'],
      description: 'The name of an action, or `force` for every action that is forced.',
    },
    role: { type: 'string', enum: actingRoles, description: 'Of whom a second person is demanded.' },
    ttlMs: {
      type: 'integer',
      minimum: 1_000,
      maximum: WEEK_MS,
      description: `How long the second person has, in milliseconds; ${DEFAULT_TTL_MS} (8 hours) when absent.`,
    },
  },
} as const;

const text = { type: 'string' } as const;
const optional = { type: ['string', 'null'] } as const;
const moment = { type: 'string', format: 'date-time' } as const;

const fields = {
  ...{ id: text, gid: text, action: text, reason: text },
  parameters: { type: 'object', description: 'What the action takes, as it was asked for.' },
  preview: { type: 'object', description: 'What it would have done when it was asked for.' },
  ...{ requestedBy: text, requestedAt: moment, expiresAt: moment },
  state: { type: 'string', enum: STATES },
  ...{ decidedBy: optional, comment: optional, decidedAt: { ...optional, format: 'date-time' } },
  outcome: { type: ['object', 'null'], description: 'What carrying it out answered.' },
} as const;

export const requestSchema = { type: 'object', properties: fields } as const;

export const shownRequestSchema = {
  type: 'object',
  properties: {
    ...fields,
    now: {
      type: ['object', 'null'],
      description: 'While it is pending: `preview`, what it would do now, or `problem`, why it would be refused now.',
    },
  },
} as const;

export const requestListSchema = {
  type: 'object',
  properties: { items: { type: 'array', items: requestSchema }, next: { ...optional, description: 'For `after`; null on the last page.' } },
} as const;

export const ruleListSchema = {
  type: 'object',
  properties: {
    items: {
      type: 'array',
      items: { type: 'object', properties: { action: text, role: text, ttlMs: { type: 'integer' }, createdBy: text, createdAt: moment } },
    },
  },
} as const;

export const approvalsQuery = {
  state: { type: 'string', enum: STATES },
  after: { type: 'string', description: 'The `next` of the page before.' },
  limit: { type: 'integer', minimum: 1, maximum: MOST_LISTED, description: `At most ${MOST_LISTED}, which is the default.` },
} as const;
