/** `/v1/escalation-rules` and `/v1/alerts`: requests, answers, queries. */
import { idSchema, reasonSchema } from '../schemas/common.js';

/** Alerts, and deliveries, of one page. */
export const MOST_LISTED = 100;
export const STATES = ['open', 'acknowledged', 'resolved'] as const;

const KINDS = ['parked', 'stuck', 'breaker_open', 'mixed'] as const;
const SEVERITIES = ['info', 'warning', 'critical'] as const;
const WEEK_MS = 604_800_000;

/** What a rule says when it is not told otherwise, in milliseconds. */
export const ruleDefaults = { ageMs: 0, repeatMs: 900_000, escalateMs: 3_600_000 } as const;

export interface RuleBody {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly severity: (typeof SEVERITIES)[number];
  readonly url: string;
  readonly ageMs?: number;
  readonly escalationUrl?: string;
  readonly signingKey?: string;
  readonly repeatMs?: number;
  readonly escalateMs?: number;
  readonly enabled?: boolean;
}

export interface AcknowledgeBody {
  readonly comment: string;
}

// How a host is spelled is judged, and a refusal logged, by whoever knows where calls may go.
const urlSchema = { type: 'string', maxLength: 1_000, pattern: '^[^\\u0000-\\u0020\\u007f]+$' } as const;
const duration = (least: number, description: string) => ({ type: 'integer', minimum: least, maximum: WEEK_MS, description }) as const;

export const ruleSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'kind', 'severity', 'url'],
  properties: {
    name: idSchema,
    kind: {
      type: 'string',
      enum: KINDS,
      description:
        'A step waits for a person; a transaction is unfinished; a participant is not called because it fails; a transaction ended mixed.',
    },
    severity: { type: 'string', enum: SEVERITIES },
    url: { ...urlSchema, description: 'a URL without blanks: where it is sent; its origin is one of ASSENT_WEBHOOK_ORIGINS' },
    ageMs: duration(0, 'For how long it must have been so, in milliseconds; 0 when absent. For `stuck`: since the transaction began.'),
    escalationUrl: {
      ...urlSchema,
      description: 'a URL without blanks: where it is sent as well, once nobody has acknowledged it for `escalateMs`',
    },
    signingKey: {
      type: 'string',
      maxLength: 128,
      description: 'A key as Standard Webhooks has it (`whsec_...`). Made when absent, and shown once.',
    },
    repeatMs: duration(1_000, `How often it is repeated until somebody acknowledges it; ${ruleDefaults.repeatMs} when absent.`),
    escalateMs: duration(1_000, `When it goes to \`escalationUrl\` as well; ${ruleDefaults.escalateMs} when absent.`),
    enabled: { type: 'boolean', description: 'true when absent.' },
  },
} as const;

export const acknowledgeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['comment'],
  properties: { comment: { ...reasonSchema, description: 'What you are doing about it; kept in the audit.' } },
} as const;

const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const optional = { type: ['string', 'null'] } as const;
const moment = { type: 'string', format: 'date-time' } as const;
const optionalMoment = { ...optional, format: 'date-time' } as const;
const flag = { type: 'boolean' } as const;

const shownFields = {
  ...{
    name: text,
    kind: { type: 'string', enum: KINDS },
    severity: { type: 'string', enum: SEVERITIES },
    url: text,
    escalationUrl: optional,
  },
  ...{ ageMs: count, repeatMs: count, escalateMs: count, enabled: flag, createdBy: text, createdAt: moment },
} as const;

export const shownRuleSchema = {
  type: 'object',
  properties: { ...shownFields, signingKey: { ...text, description: 'Only in the answer to the request that has put the rule.' } },
} as const;

export const ruleListSchema = {
  type: 'object',
  properties: { items: { type: 'array', items: { type: 'object', properties: shownFields } } },
} as const;

export const alertSchema = {
  type: 'object',
  properties: {
    ...{ id: text, rule: text, severity: text, detail: text },
    subject: { ...text, description: 'The gid, or `participant@node` of a breaker.' },
    state: { type: 'string', enum: STATES },
    ...{ escalated: flag, deliveries: count, openedAt: moment, nextAt: optionalMoment },
    ...{ acknowledgedBy: optional, acknowledgedAt: optionalMoment, comment: optional, resolvedAt: optionalMoment },
  },
} as const;

export const alertListSchema = {
  type: 'object',
  properties: { items: { type: 'array', items: alertSchema }, next: { ...optional, description: 'For `after`; null on the last page.' } },
} as const;

export const deliverySchema = {
  type: 'object',
  properties: {
    ...{ id: text, alert: text, rule: text, url: text, at: moment, durationMs: count, attempt: count },
    status: { type: ['integer', 'null'], description: 'The HTTP status; null when there was no answer.' },
    problem: { ...text, description: 'Why the receiver did not take it; empty when it did.' },
  },
} as const;

export const deliveryListSchema = { type: 'object', properties: { items: { type: 'array', items: deliverySchema } } } as const;

export const alertsQuery = {
  state: { type: 'string', enum: STATES },
  after: { type: 'string', description: 'The `next` of the page before.' },
  limit: { type: 'integer', minimum: 1, maximum: MOST_LISTED, description: `At most ${MOST_LISTED}, which is the default.` },
} as const;
