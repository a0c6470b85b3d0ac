/** The routes of retention, for the documents. */
import { openTo } from '../../access/index.js';
import type { Route } from '../route.js';
import { retentionSchema } from './retention.schema.js';

const count = { type: 'integer' } as const;
const totals = {
  type: 'object',
  properties: {
    emptied: { ...count, description: 'Finished transactions whose branches, payloads and failed attempts go.' },
    deleted: { ...count, description: 'Finished transactions that go whole.' },
    flagged: { ...count, description: 'Undecided ones that are shown among what needs attention instead.' },
    audit: { ...count, description: 'Rows of the audit.' },
    jobs: { ...count, description: 'Jobs that are over, with what became of each of their transactions.' },
    looked: { ...count, description: 'How many transactions a look ahead has considered.' },
  },
} as const;

export const retentionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/retention',
    name: 'retention',
    summary: 'Tells for how long what is kept, and what would go now',
    access: openTo.readers,
    answers: [
      {
        status: 200,
        meaning: 'Days, and a look ahead that changes nothing.',
        schema: {
          type: 'object',
          properties: {
            keepFinishedDays: count,
            retentionDays: count,
            keepAuditDays: { anyOf: [count, { type: 'null' }], description: '`null`: for ever.' },
            keepJobsDays: count,
            wouldPurge: totals,
          },
        },
      },
    ],
    errors: ['invalid_query', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'POST',
    path: '/v1/retention/run',
    name: 'runRetention',
    summary: 'Takes away now what is old, as happens once an hour by itself',
    access: openTo.admins,
    body: retentionSchema,
    answers: [
      {
        status: 200,
        meaning: '`done`, `dry_run`, or `elsewhere`: another node is at it.',
        schema: {
          type: 'object',
          properties: {
            outcome: { type: 'string', enum: ['done', 'dry_run', 'elsewhere'] },
            purged: { anyOf: [totals, { type: 'null' }] },
          },
        },
      },
    ],
    errors: ['store_unavailable', 'not_ready'],
  },
];
