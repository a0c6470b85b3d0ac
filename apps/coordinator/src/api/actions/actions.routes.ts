/** The routes of actions, for the documents. */
import { openTo } from '../../access/index.js';
import type { ErrorCode } from '../../errors/index.js';
import type { Route } from '../route.js';
import { transactionSchema } from '../schemas/responses.js';
import { actionSchema } from './action.schema.js';
import { actionNames, actionTable } from './catalogue.js';
import { preconditionHeaders } from './preconditions.js';

const text = { type: 'string' } as const;
const names = { type: 'string', enum: actionNames } as const;

const target = { type: 'object', required: ['branch'], properties: { branch: text, op: text } } as const;
const shown = {
  type: 'object',
  required: ['name', 'title', 'legal', 'consequence', 'undo', 'roles'],
  properties: {
    name: names,
    title: text,
    legal: { type: 'boolean' },
    why: { type: 'object', description: 'Why it is not legal now.', properties: { code: text, detail: text } },
    targets: { type: 'array', items: target, description: 'The branches (and ops) that it may be asked of now.' },
    consequence: text,
    undo: text,
    roles: { type: 'array', items: text },
    parameters: { type: 'array', items: text },
    required: { type: 'array', items: text },
  },
} as const;

const answer = {
  type: 'object',
  required: ['action', 'outcome'],
  properties: {
    action: names,
    outcome: { type: 'string', enum: ['done', 'repeated', 'recorded', 'dry_run', 'approval_requested'] },
    id: { ...text, description: 'The id of its row in the audit.' },
    version: { type: 'integer' },
    transaction: { ...transactionSchema, description: 'As it is; of a `dry_run`: as it would be.' },
    consequence: { ...text, description: 'Of a `dry_run`: what would happen.' },
    undo: { ...text, description: 'Of a `dry_run`: whether, and how, it could be taken back.' },
    before: {
      type: 'object',
      properties: { status: text, paused: { type: 'boolean' } },
      description: 'Of a `dry_run`: how the transaction stands now.',
    },
    approval: { ...text, description: 'The id of the request, where a second person must agree.' },
    expiresAt: { ...text, format: 'date-time', description: 'Until when the second person may.' },
    links: { type: 'object', properties: { approval: text } },
  },
} as const;

/** What an action may be refused with. */
export const actionRefusals: readonly ErrorCode[] = [
  'not_found',
  'unknown_action',
  'unknown_branch',
  'not_parked',
  'already_sent',
  'already_final',
  'already_decided',
  'already_committing',
  'past_pivot',
  'policy_unfit',
  'policy_retired',
  'unknown_policy',
  'payload_too_large',
  'not_sealed',
  'had_run',
  'version_differs',
];

export const actionsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/transactions/{gid}/actions',
    name: 'actions',
    summary: 'Lists what may be done by hand now, with consequence, undo and role, and why not what may not',
    access: openTo.readers,
    answers: [
      {
        status: 200,
        meaning: 'All actions; `legal` says which may be done now.',
        schema: {
          type: 'object',
          required: ['gid', 'status', 'version', 'actions'],
          properties: { gid: text, status: text, version: { type: 'integer' }, actions: { type: 'array', items: shown } },
        },
      },
    ],
    errors: ['invalid_gid', 'invalid_query', 'not_found', 'overloaded', 'store_unavailable', 'not_ready', 'draining'],
  },
  {
    method: 'POST',
    path: '/v1/transactions/{gid}/actions/{name}',
    name: 'act',
    summary: 'Does one of them: durable when it is answered, and told in the audit; so is every refusal',
    access: openTo.operators,
    body: actionSchema,
    query: { dryRun: { type: 'boolean', description: 'As `dryRun` of the body; one of them is enough.' } },
    headers: preconditionHeaders,
    notes: actionTable(),
    answers: [
      { status: 200, meaning: '`done`, `repeated` (it was so already), or `dry_run`.', schema: answer },
      {
        status: 202,
        meaning: '`recorded`: the node that drives it will do it; or `approval_requested`: a second person must agree.',
        schema: answer,
      },
    ],
    errors: [
      'invalid_gid',
      'forbidden',
      ...actionRefusals,
      'idempotency_conflict',
      'idempotency_in_progress',
      'too_many_approvals',
      'overloaded',
      'outcome_unknown',
      'store_unavailable',
      'not_ready',
      'draining',
    ],
  },
];
