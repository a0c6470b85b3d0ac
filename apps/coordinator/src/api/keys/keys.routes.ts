/** The routes of keys, for the documents and the guard. */
import { openTo } from '../../access/index.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';
import { keyListSchema, keySchema, keysQuery, madeKeySchema, makeKeySchema, meSchema } from './keys.schema.js';

const notNow = ['store_unavailable', 'not_ready'] as const;

export const keyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me',
    name: 'me',
    summary: 'Says who you are here, and your role',
    access: openTo.everybody,
    answers: [{ status: 200, meaning: 'The principal; `local` while access control is off.', schema: meSchema }],
    errors: ['invalid_query'],
  },
  {
    method: 'POST',
    path: '/v1/keys',
    name: 'makeKey',
    summary: 'Makes an API key, and shows it this once',
    access: openTo.admins,
    body: makeKeySchema,
    answers: [
      { status: 201, meaning: 'Made: durable, and counted from now on, at other nodes within two seconds.', schema: madeKeySchema },
    ],
    errors: ['principal_conflict', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/keys',
    name: 'listKeys',
    summary: 'Lists keys, revoked ones included, without their secrets',
    access: openTo.admins,
    query: keysQuery,
    answers: [
      { status: 200, meaning: 'A page of keys, oldest first. Those of ASSENT_API_KEYS are not among them.', schema: keyListSchema },
    ],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/keys/{key}/revoke',
    name: 'revokeKey',
    summary: 'Revokes a key',
    access: openTo.admins,
    body: reasonOnlySchema,
    answers: [
      { status: 200, meaning: 'Revoked: it counts no more, at other nodes within two seconds. Or it had been before.', schema: keySchema },
    ],
    errors: ['key_not_found', ...notNow],
  },
];
