/** `POST /v1/transactions/{gid}/branches`: the request. */
import { type BranchFields, branchProperties, timeoutSchema } from '../schemas/common.js';

export interface RegisterBody extends BranchFields {
  readonly run?: 'coordinator' | 'self';
  readonly timeoutMs?: number;
}

export const registerSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...branchProperties,
    run: {
      type: 'string',
      enum: ['coordinator', 'self'],
      description:
        '`coordinator` (when absent): it sends the try and answers with its outcome. `self`: the caller does the work, after this answer.',
    },
    timeoutMs: timeoutSchema,
  },
} as const;
