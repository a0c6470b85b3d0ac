/** The routes of the audit, for the documents and the guard. */
import { openTo } from '../../access/index.js';
import type { Route } from '../route.js';
import { idSchema, momentSchema } from '../schemas/common.js';

/** Rows of one page. */
export const MOST_LISTED = 200;

const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const optional = { type: ['string', 'null'] } as const;

const row = {
  type: 'object',
  properties: {
    id: text,
    gid: { ...optional, description: '`null`: it was about no one transaction.' },
    at: { type: 'string', format: 'date-time' },
    ...{ principal: text, action: text, reason: text },
    detail: { description: 'What was done or refused, as JSON.' },
  },
} as const;

const head = {
  type: ['object', 'null'],
  properties: { seq: count, hash: { type: 'string', description: 'SHA-256, 64 hex digits.' } },
  description: 'The newest link. Keep it elsewhere: a chain that was made anew as a whole has another hash at this number.',
} as const;

const report = {
  type: 'object',
  properties: {
    holds: { type: 'boolean' },
    links: { ...count, description: 'Links that hold.' },
    unchained: { ...count, description: 'Rows that wait for their link, which takes about a second.' },
    foreign: { type: 'array', items: text, description: 'Rows that nobody who works for the coordinator has written; at most 100.' },
    broken: {
      type: ['object', 'null'],
      properties: { seq: count, auditId: text, problem: { type: 'string', enum: ['changed', 'row_missing', 'link_missing'] } },
      description: 'The first link that does not hold.',
    },
    head,
    kept: {
      ...optional,
      enum: ['there', 'changed', 'missing', 'purged', null],
      description:
        'What became of the head that was named: `changed` and `missing` mean that the chain does not hold; `purged` that retention has taken that part.',
    },
  },
} as const;

const notNow = ['store_unavailable', 'not_ready'] as const;

export const auditRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/audit',
    name: 'listAudit',
    summary: 'Lists who did what, and who was refused, newest first',
    access: openTo.readers,
    query: {
      gid: { ...idSchema, description: 'Only what is about this transaction.' },
      principal: { ...text, description: 'Only what this principal did.' },
      from: { ...momentSchema, description: 'Only at or after this moment.' },
      to: { ...momentSchema, description: 'Only before this moment.' },
      before: { ...text, description: 'The `next` of the page before.' },
      limit: { type: 'integer', minimum: 1, maximum: MOST_LISTED, description: `At most ${MOST_LISTED}, which is the default.` },
    },
    answers: [
      {
        status: 200,
        meaning: 'A page.',
        schema: {
          type: 'object',
          properties: { items: { type: 'array', items: row }, next: { ...optional, description: 'For `before`; null on the last page.' } },
        },
      },
    ],
    errors: ['invalid_gid', 'invalid_query', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/audit/head',
    name: 'auditHead',
    summary: 'Shows the newest link of the chain over the audit',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The head.', schema: { type: 'object', properties: { head } } }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/audit/verify',
    name: 'verifyAudit',
    summary: 'Reads the whole chain over the audit, and names the first link that does not hold',
    access: openTo.operators,
    query: { kept: { ...text, description: 'A head that was kept elsewhere, as `seq:hash`: it must still be in the chain.' } },
    answers: [{ status: 200, meaning: 'What was found, whether it holds or not.', schema: report }],
    errors: ['invalid_query', ...notNow],
  },
];
