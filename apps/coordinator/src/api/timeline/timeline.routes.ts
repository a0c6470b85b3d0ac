/** The route of the timeline, for the documents. */
import { openTo } from '../../access/index.js';
import { attention } from '../list/list.routes.js';
import type { Route } from '../route.js';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;

const entry = {
  type: 'object',
  required: ['at', 'kind', 'words'],
  properties: {
    at: {
      anyOf: [time, { type: 'null' }],
      description: '`null`: only its place is known. Calls that went well leave no row, nor does a decision to commit.',
    },
    kind: { type: 'string', enum: ['accepted', 'call', 'deed', 'decided', 'finished'] },
    words: text,
    ...{ branch: text, op: text, outcome: text, code: text, message: text, principal: text, action: text, reason: text },
    attempt: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    durationMs: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    as: { ...text, description: 'How an op that was settled by hand was said to have ended.' },
    policy: { type: 'object', properties: { name: text, version: { type: 'integer' } } },
    forced: { type: 'boolean' },
    approvedBy: text,
  },
} as const;

export const timelineRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/transactions/{gid}/timeline',
    name: 'timeline',
    summary: 'Tells what happened to a transaction, in one line and moment by moment',
    access: openTo.everybody,
    answers: [
      {
        status: 200,
        meaning: '`headline` says how it stands and who is waited for; `entries` are in order.',
        schema: {
          type: 'object',
          required: ['gid', 'status', 'version', 'asOf', 'headline', 'attention', 'entries'],
          properties: {
            gid: text,
            status: text,
            version: { type: 'integer' },
            asOf: time,
            headline: text,
            attention: { type: 'array', items: attention, description: 'Why it needs attention, or waits at rest.' },
            entries: { type: 'array', items: entry },
          },
        },
      },
    ],
    errors: ['invalid_gid', 'invalid_query', 'not_found', 'store_unavailable', 'not_ready'],
  },
];
