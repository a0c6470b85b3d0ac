/** `POST /v1/transactions`: the request. */
import {
  type BranchFields,
  branchProperties,
  ID_PATTERN,
  idSchema,
  type Milestone,
  nameSchema,
  timeoutSchema,
  waitSchema,
} from '../schemas/common.js';

export interface BeginBranch extends BranchFields {
  readonly compensate?: 'none';
  readonly pivot?: boolean;
}

export interface BeginBody {
  readonly gid?: string;
  readonly name?: string;
  readonly pattern: 'saga' | 'tcc';
  readonly policy?: string | { readonly name: string; readonly version: number };
  readonly key?: string;
  readonly driver?: 'coordinator' | 'initiator';
  readonly stepwise?: boolean;
  readonly branches: readonly BeginBranch[];
  readonly wait?: Milestone;
  readonly timeoutMs?: number;
}

export const beginSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['pattern', 'branches'],
  properties: {
    gid: { ...idSchema, description: `${idSchema.description}, best a UUIDv7; without one a repeat is not safe` },
    name: nameSchema,
    pattern: { type: 'string', enum: ['saga', 'tcc'] },
    policy: {
      type: ['string', 'object'],
      pattern: ID_PATTERN,
      additionalProperties: false,
      required: ['name', 'version'],
      properties: { name: idSchema, version: { type: 'integer', minimum: 1, maximum: 1_000_000 } },
      description: 'the name of a policy (its newest version is taken), or name and version; "standard" when absent',
    },
    key: { ...nameSchema, description: 'text without control characters: your own key, such as an order number' },
    driver: { type: 'string', enum: ['coordinator', 'initiator'] },
    stepwise: { type: 'boolean', description: 'Saga: a step is sent only when the progress before it is durable.' },
    branches: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          ...branchProperties,
          compensate: { type: 'string', enum: ['none'], description: 'Saga: there is nothing to undo.' },
          pivot: { type: 'boolean', description: 'Saga: cannot be undone; its success decides to commit.' },
        },
      },
    },
    wait: waitSchema,
    timeoutMs: timeoutSchema,
  },
} as const;
