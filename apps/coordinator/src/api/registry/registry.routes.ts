/** The routes of the registry, for the documents. */
import { openTo } from '../../access/index.js';
import { announcementSchema } from '../../registry/index.js';
import type { Route } from '../route.js';

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const texts = { type: 'array', items: text } as const;
const list = (properties: object) => ({ type: 'array', items: { type: 'object', required: Object.keys(properties), properties } });

const heardSchema = {
  type: 'object',
  required: ['heartbeatMs', 'contracts'],
  properties: {
    heartbeatMs: { type: 'integer', description: 'Say it again this often; after three of these in silence no more calls come.' },
    contracts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'state'],
        properties: { name: text, state: { type: 'string', enum: ['up', 'in_conflict'] }, detail: text },
      },
    },
  },
} as const;

const sheetSchema = {
  type: 'object',
  required: ['contracts', 'instances', 'unserved', 'missing'],
  properties: {
    contracts: list({
      name: text,
      state: { type: 'string', enum: ['up', 'unserved'] },
      service: text,
      version: text,
      since: time,
      endpoints: texts,
    }),
    instances: list({
      participant: text,
      instance: text,
      service: text,
      version: text,
      state: { type: 'string', enum: ['up', 'silent', 'in_conflict'] },
      contracts: list({
        name: text,
        ops: texts,
        schemaHash: { anyOf: [text, { type: 'null' }] },
        state: { type: 'string', enum: ['served', 'in_conflict'] },
      }),
      endpoints: texts,
      seenAt: time,
    }),
    unserved: {
      ...list({ participant: text, count: { type: 'integer' }, oldest: time }),
      description: 'Branches at rest whose contract nobody serves.',
    },
    missing: { ...texts, description: 'Participants that are called where they announce themselves, and have not.' },
  },
} as const;

const signatureHeader = { type: 'string', description: 'As Standard Webhooks has it, over the RFC 8785 form of the body.' };

export const registryRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/registry/announcements',
    name: 'announce',
    summary: 'A service says which contracts it serves, and where; its signature says who it is',
    access: openTo.public,
    body: announcementSchema,
    headers: { 'webhook-id': signatureHeader, 'webhook-timestamp': signatureHeader, 'webhook-signature': signatureHeader },
    answers: [{ status: 200, meaning: 'Heard: kept, and in force at this node.', schema: heardSchema }],
    errors: [
      'announcement_not_signed',
      'announcement_repeated',
      'name_reserved',
      'not_your_name',
      'endpoint_not_allowed',
      'too_many_instances',
      'store_unavailable',
      'not_ready',
    ],
  },
  {
    method: 'GET',
    path: '/v1/registry',
    name: 'registry',
    summary: 'Shows which contracts are served by whom, who is silent or in conflict, and what waits for nobody',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The registry.', schema: sheetSchema }],
    errors: ['invalid_query', 'store_unavailable', 'not_ready'],
  },
];
