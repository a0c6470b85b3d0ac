/** `POST /v1/transactions/{gid}/submit`: the request. */
import { idSchema, type Milestone, timeoutSchema, waitSchema } from '../schemas/common.js';

export interface SubmitBody {
  readonly branches: readonly string[];
  readonly wait?: Milestone;
  readonly timeoutMs?: number;
}

export const submitSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['branches'],
  properties: {
    branches: {
      type: 'array',
      maxItems: 200,
      uniqueItems: true,
      items: idSchema,
      description: 'The branches whose try the initiator saw succeed.',
    },
    wait: waitSchema,
    timeoutMs: timeoutSchema,
  },
} as const;
