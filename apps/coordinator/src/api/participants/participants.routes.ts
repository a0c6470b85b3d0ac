/** The routes about participants, for the documents. */
import { openTo } from '../../access/index.js';
import type { ErrorCode } from '../../errors/index.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';

const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });

const breakerSchema = {
  type: 'object',
  properties: {
    state: { type: 'string', enum: ['closed', 'open', 'half_open'], description: 'Of the node that answers.' },
    since: { ...orNull(time), description: 'When it opened or closed last; null: it never did.' },
    failuresInRow: count,
    openUntil: { ...orNull(time), description: 'When an open one lets one call through as a probe.' },
    openedTotal: count,
    lastProblem: orNull({ type: 'object', properties: { code: text, message: text, at: time } }),
  },
} as const;

const participantSchema = {
  type: 'object',
  required: ['name', 'baseUrl', 'concurrency', 'dispatch', 'pause', 'breaker', 'calls', 'waiting', 'links'],
  properties: {
    name: text,
    baseUrl: { ...orNull(text), description: 'null: it is not configured at this node.' },
    concurrency: { ...orNull(count), description: 'Calls that may be in the air at one time, per node.' },
    dispatch: { type: 'string', enum: ['running', 'paused'] },
    pause: orNull({ type: 'object', properties: { by: text, reason: text, at: time } }),
    breaker: breakerSchema,
    calls: {
      type: 'object',
      description:
        'Of the node that answers: in the air, waiting for a place, and transactions in memory that wait because nothing is sent.',
      properties: { inFlight: count, queued: count, held: count },
    },
    waiting: {
      type: 'array',
      description: 'Branches at rest, in the whole store: retrying (in back-off), waiting (nothing is sent to it), parked, mixed.',
      items: { type: 'object', properties: { kind: text, count, oldest: time } },
    },
    links: { type: 'object', properties: { self: text, transactions: text } },
  },
} as const;

const reading: readonly ErrorCode[] = ['invalid_query', 'store_unavailable', 'not_ready', 'draining'];

const order = (name: string, path: string, summary: string): Route => ({
  method: 'POST',
  path: `/v1/participants/{name}/${path}`,
  name,
  summary,
  access: openTo.operators,
  // Whoever finds a participant paused at 3 a.m. has to learn why.
  body: reasonOnlySchema,
  answers: [
    { status: 200, meaning: 'Ordered: durable, in force at this node, and at the others within a second.', schema: participantSchema },
  ],
  errors: ['participant_not_found', ...reading],
});

export const participantRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/participants',
    name: 'participants',
    summary: 'Shows every participant: its breaker, its load, and what waits for it',
    access: openTo.readers,
    answers: [
      {
        status: 200,
        meaning: 'All participants, by name.',
        schema: {
          type: 'object',
          required: ['asOf', 'node', 'items'],
          properties: { asOf: time, node: text, items: { type: 'array', items: participantSchema } },
        },
      },
    ],
    errors: reading,
  },
  {
    method: 'GET',
    path: '/v1/participants/{name}',
    name: 'participant',
    summary: 'Shows one participant',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The participant.', schema: participantSchema }],
    errors: ['participant_not_found', ...reading],
  },
  order('pauseParticipant', 'pause', 'Sends nothing more to a participant; what waits uses up no attempts'),
  order('resumeParticipant', 'resume', 'Sends to a paused participant again, little by little'),
  order('resetBreaker', 'breaker/reset', 'Closes the circuit breaker of a participant at every node'),
  order('wakeParticipant', 'wake', 'Calls at once everything that waits in back-off for a participant'),
];
