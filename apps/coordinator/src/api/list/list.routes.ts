/** The route of the list, for the documents. */
import { openTo } from '../../access/index.js';
import type { Route } from '../route.js';
import { listQuery } from './list-query.js';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const count = { type: 'integer' } as const;
const kind = { type: 'string', enum: ['retrying', 'waiting', 'parked', 'paused', 'mixed'] } as const;

export const attention = {
  type: 'object',
  required: ['branch', 'kind', 'code', 'participant', 'since'],
  properties: { branch: text, kind, code: text, participant: text, since: time },
} as const;

const item = {
  type: 'object',
  required: ['gid', 'name', 'pattern', 'status', 'version', 'key', 'createdBy', 'createdAt', 'attention', 'links'],
  properties: {
    ...{ gid: text, name: text, pattern: text, status: text, version: count, createdBy: text },
    key: { anyOf: [text, { type: 'null' }] },
    mixed: { type: 'boolean' },
    paused: { type: 'boolean' },
    createdAt: time,
    finishedAt: { anyOf: [time, { type: 'null' }] },
    attention: { type: 'array', items: attention },
    links: { type: 'object', properties: { self: text, timeline: text, actions: text } },
  },
} as const;

const group = { type: 'object', properties: { kind, participant: text, code: text, count, oldest: time } } as const;

const counts = {
  type: 'object',
  description: 'With the first page: how many match by status, and what needs attention in the whole store, by cause.',
  properties: {
    asOf: time,
    matching: count,
    scope: { type: 'string', enum: ['all', 'newest'], description: '`newest`: there are more; the newest `looked` were looked at.' },
    looked: count,
    byStatus: { type: 'object', additionalProperties: count },
    attention: { type: 'array', items: group },
  },
} as const;

export const listRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/transactions',
    name: 'list',
    summary: 'Finds transactions, newest first, and counts them and what needs attention',
    access: openTo.everybody,
    query: listQuery,
    answers: [
      {
        status: 200,
        meaning: 'A page. It may hold fewer than `limit` and still have a `next`: a page looks at no more than some thousand transactions.',
        schema: {
          type: 'object',
          required: ['asOf', 'items', 'next'],
          properties: { asOf: time, items: { type: 'array', items: item }, next: { anyOf: [text, { type: 'null' }] }, counts },
        },
      },
    ],
    errors: ['invalid_query', 'store_unavailable', 'not_ready'],
  },
];
