/** The routes of policies, for the documents. */
import { openTo } from '../../access/index.js';
import type { ErrorCode } from '../../errors/index.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';
import { fieldSchemas, newPolicySchema, versionSchema } from './policy.schema.js';

const policy = {
  type: 'object',
  required: ['name', 'version', 'retired'],
  properties: { name: { type: 'string' }, version: { type: 'integer' }, retired: { type: 'boolean' }, ...fieldSchemas },
} as const;

const retired = {
  ...policy,
  properties: { ...policy.properties, outcome: { type: 'string', enum: ['done', 'repeated'], description: '`repeated`: it was already.' } },
} as const;

const away: readonly ErrorCode[] = ['store_unavailable', 'not_ready'];

export const policiesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/policies',
    name: 'policies',
    summary: 'Lists the newest version of every retry policy',
    access: openTo.readers,
    answers: [
      { status: 200, meaning: 'The policies.', schema: { type: 'object', properties: { items: { type: 'array', items: policy } } } },
    ],
    errors: ['invalid_query', ...away],
  },
  {
    method: 'GET',
    path: '/v1/policies/{name}',
    name: 'policy',
    summary: 'Shows all versions of a policy, newest first',
    access: openTo.readers,
    answers: [
      {
        status: 200,
        meaning: 'The versions.',
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, retired: { type: 'boolean' }, versions: { type: 'array', items: policy } },
        },
      },
    ],
    errors: ['invalid_query', 'policy_not_found', ...away],
  },
  {
    method: 'POST',
    path: '/v1/policies',
    name: 'createPolicy',
    summary: 'Makes a policy; what is not given is as in `standard` version 1',
    access: openTo.admins,
    body: newPolicySchema,
    answers: [{ status: 201, meaning: 'Version 1. Every node knows it within a second.', schema: policy }],
    errors: ['policy_invalid', 'policy_exists', ...away],
  },
  {
    method: 'POST',
    path: '/v1/policies/{name}/versions',
    name: 'changePolicy',
    summary: 'Adds a version; what is not given is as in the newest one. Transactions keep the version that they were begun with',
    access: openTo.admins,
    body: versionSchema,
    answers: [{ status: 201, meaning: 'The new version.', schema: policy }],
    errors: ['policy_not_found', 'policy_invalid', 'policy_retired', 'policy_exists', ...away],
  },
  {
    method: 'POST',
    path: '/v1/policies/{name}/retire',
    name: 'retirePolicy',
    summary: 'Retires a policy: no new transaction may be begun with it',
    access: openTo.admins,
    body: reasonOnlySchema,
    answers: [{ status: 200, meaning: 'It is retired, or was already.', schema: retired }],
    errors: ['policy_not_found', ...away],
  },
];
