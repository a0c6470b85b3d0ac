/** The routes of jobs, for the documents. */
import { openTo } from '../../access/index.js';
import { actionRefusals } from '../actions/actions.routes.js';
import { preconditionHeaders } from '../actions/preconditions.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';
import { jobSchema } from './job.schema.js';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const count = { type: 'integer' } as const;
const itemState = { type: 'string', enum: ['pending', 'done', 'repeated', 'recorded', 'failed'] } as const;

const job = {
  type: 'object',
  required: ['id', 'action', 'state', 'total', 'counts', 'createdAt', 'links'],
  properties: {
    ...{ id: text, action: text, reason: text, principal: text },
    state: { type: 'string', enum: ['collecting', 'canary', 'running', 'stopped', 'finished'] },
    cause: { ...text, description: 'Why it was stopped.' },
    query: { type: 'object' },
    parameters: { type: 'object' },
    perSecond: count,
    total: count,
    counts: { type: 'object', properties: { pending: count, done: count, repeated: count, recorded: count, failed: count } },
    createdAt: time,
    finishedAt: { anyOf: [time, { type: 'null' }], description: 'When it finished or was stopped; `null` before.' },
    links: { type: 'object', properties: { self: text, items: text, failures: text } },
  },
} as const;

const item = {
  type: 'object',
  required: ['place', 'gid', 'state'],
  properties: {
    ...{ place: count, gid: text, state: itemState, code: text, detail: text },
    audit: {
      anyOf: [text, { type: 'null' }],
      description: 'The id of the row of the audit that tells of it; `null`: nothing was asked of it, or it is still under way.',
    },
    at: { anyOf: [time, { type: 'null' }] },
    links: { type: 'object', properties: { transaction: text, timeline: text } },
  },
} as const;

const list = (of: object, more: object = {}) => ({ type: 'object', properties: { items: { type: 'array', items: of }, ...more } });
const limit = { type: 'integer', minimum: 1, maximum: 200 } as const;

export const jobsRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/jobs',
    name: 'createJob',
    summary: 'Does one action to every transaction that a query finds: on the server, rate limited, five of them first',
    access: openTo.operators,
    body: jobSchema,
    headers: { 'Idempotency-Key': preconditionHeaders['Idempotency-Key'] },
    notes:
      'A job collects what the query finds (when that is more than 100,000 transactions, it stops and has done nothing), then tries five of them, ' +
      'one after the other. When one of them is refused it stops (`canary_failed`), ' +
      'else it goes on with the others. It survives the node that carries it out: any other goes on with it, and each transaction is handled once. ' +
      '`recorded`: the node that drives the transaction was asked; the job waits up to half a minute for what became of it.',
    answers: [
      { status: 201, meaning: 'Kept; it begins within a second.', schema: job },
      { status: 200, meaning: '`dryRun`: how many it would concern, and what it would do to five of them.', schema: { type: 'object' } },
    ],
    errors: [
      'invalid_query',
      'job_needs_approval',
      'idempotency_conflict',
      'idempotency_in_progress',
      ...actionRefusals.filter((code) => code === 'unknown_policy' || code === 'policy_retired' || code === 'payload_too_large'),
      'store_unavailable',
      'not_ready',
    ],
  },
  {
    method: 'GET',
    path: '/v1/jobs',
    name: 'jobs',
    summary: 'Lists jobs, newest first',
    access: openTo.readers,
    query: { before: { ...text, description: 'Only jobs before this one.' }, limit },
    answers: [{ status: 200, meaning: 'The jobs.', schema: list(job) }],
    errors: ['invalid_query', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'GET',
    path: '/v1/jobs/{id}',
    name: 'job',
    summary: 'Shows how far a job has come',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The job.', schema: job }],
    errors: ['invalid_query', 'job_not_found', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'GET',
    path: '/v1/jobs/{id}/items',
    name: 'jobItems',
    summary: 'Lists what became of each transaction of a job',
    access: openTo.readers,
    query: { state: itemState, after: { ...text, description: '`next` of the page before.' }, limit },
    answers: [{ status: 200, meaning: 'The items, in their order.', schema: list(item, { next: { anyOf: [count, { type: 'null' }] } }) }],
    errors: ['invalid_query', 'job_not_found', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'POST',
    path: '/v1/jobs/{id}/stop',
    name: 'stopJob',
    summary: 'Stops a job; what it has done stays done',
    access: openTo.operators,
    body: reasonOnlySchema,
    answers: [{ status: 200, meaning: 'Stopped: durable. What was under way at this moment may still end.', schema: job }],
    errors: ['job_not_found', 'job_not_running', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'POST',
    path: '/v1/jobs/{id}/retry',
    name: 'retryJob',
    summary: 'Goes on with a job that was stopped or has finished: with what it has not found or done, and with what failed',
    access: openTo.operators,
    body: reasonOnlySchema,
    answers: [{ status: 200, meaning: 'It goes on, beginning with five again.', schema: job }],
    errors: ['job_not_found', 'job_running', 'job_needs_approval', 'store_unavailable', 'not_ready'],
  },
];
