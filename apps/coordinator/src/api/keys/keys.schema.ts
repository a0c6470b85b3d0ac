/** `/v1/keys`: requests and answers. */
import { type Role, roles } from '../../access/index.js';
import { idSchema, momentSchema } from '../schemas/common.js';

/** Keys of one page. */
export const MOST_LISTED = 200;

export interface MakeKeyBody {
  readonly principal: string;
  readonly role: Role;
  readonly expiresAt?: string;
}

export const makeKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['principal', 'role'],
  properties: {
    principal: {
      ...idSchema,
      not: { enum: ['local', 'assent'] },
      description: `${idSchema.description}, and not local or assent: who will use it; several keys of one principal have one role`,
    },
    role: { type: 'string', enum: [...roles] },
    expiresAt: { ...momentSchema, description: `${momentSchema.description}: when it stops to count; never when absent` },
  },
} as const;

const text = { type: 'string' } as const;
const optionalMoment = { type: ['string', 'null'], format: 'date-time' } as const;
const keyFields = {
  ...{ id: text, principal: text, role: { type: 'string', enum: [...roles] }, createdBy: text },
  createdAt: { type: 'string', format: 'date-time' },
  expiresAt: optionalMoment,
  revokedBy: { type: ['string', 'null'] },
  revokedAt: optionalMoment,
} as const;

export const keySchema = { type: 'object', properties: keyFields } as const;

export const madeKeySchema = {
  type: 'object',
  properties: { ...keyFields, key: { type: 'string', description: 'The key itself, shown this once.' } },
} as const;

export const keyListSchema = {
  type: 'object',
  properties: {
    items: { type: 'array', items: keySchema },
    next: { type: ['string', 'null'], description: 'For `after`; null on the last page.' },
  },
} as const;

export const meSchema = { type: 'object', properties: { name: text, role: { type: 'string', enum: [...roles] } } } as const;

export const keysQuery = {
  after: { type: 'string', description: 'The `next` of the page before.' },
  limit: { type: 'integer', minimum: 1, maximum: MOST_LISTED, description: `At most ${MOST_LISTED}, which is the default.` },
} as const;
