/** `POST /v1/transactions/{gid}/abort`: the request. */
import { type Milestone, timeoutSchema, waitSchema } from '../schemas/common.js';

export interface AbortBody {
  readonly reason?: string | { readonly code: string; readonly message?: string };
  readonly wait?: Milestone;
  readonly timeoutMs?: number;
}

const messageSchema = { type: 'string', maxLength: 500, description: 'Kept for people.' } as const;

export const abortSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    reason: {
      type: ['string', 'object'],
      maxLength: 500,
      additionalProperties: false,
      required: ['code'],
      properties: {
        code: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', description: '1 to 64 of letters, digits, ".", "_" and "-"' },
        message: messageSchema,
      },
      description: 'Why: a sentence, or a code of your own with a sentence.',
    },
    wait: waitSchema,
    timeoutMs: timeoutSchema,
  },
} as const;
