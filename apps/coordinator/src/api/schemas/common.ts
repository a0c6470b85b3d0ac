/** Pieces that the schemas of several requests share. Lengths follow the columns they end up in. */

/** Longest wait that may be written; ASSENT_MAX_WAIT_MS cuts it further. */
const LONGEST_WAIT_MS = 300_000;

/** How long an answer is awaited when the request does not say. */
export const DEFAULT_WAIT_MS = 5_000;

/** As `isLegalId` has it. */
export const ID_PATTERN = '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$';

const LEGAL_ID = '1 to 64 of letters, digits, ".", "_" and "-", and neither "." nor ".."';

export const idSchema = {
  type: 'string',
  pattern: ID_PATTERN,
  description: LEGAL_ID,
} as const;

export const nameSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'text without control characters',
} as const;

export const momentSchema = {
  type: 'string',
  maxLength: 40,
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})$',
  description: 'a moment such as 2026-11-22T08:00:00Z',
} as const;

export const reasonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 1_000,
  description: 'Why; kept in the audit.',
} as const;

/** A request that says nothing but why. */
export interface ReasonBody {
  readonly reason: string;
}

export const reasonOnlySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reason'],
  properties: { reason: reasonSchema },
} as const;

export const waitSchema = {
  type: 'string',
  enum: ['decided', 'final'],
  description: '`decided`: the decision is durable. `final`: decided, and nothing is owed any more.',
} as const;

export const timeoutSchema = {
  type: 'integer',
  minimum: 0,
  maximum: LONGEST_WAIT_MS,
  description: `How long to wait, in milliseconds; ${DEFAULT_WAIT_MS} when absent, cut to ASSENT_MAX_WAIT_MS.`,
} as const;

const contractSchema = {
  type: 'string',
  maxLength: 64,
  pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+$',
  description: 'a contract such as "inventory.reserve", at most 64 characters: its participant, a ".", and what is asked of it',
} as const;

const urlSchema = {
  type: 'string',
  maxLength: 2_000,
  // How a host is spelled is judged, and a refusal logged, by whoever knows where calls may go.
  pattern: '^[^\\u0000-\\u0020\\u007f]+$',
  description: 'an http or https URL without blanks, whose origin is allowed',
} as const;

/** What every branch says, at the start or when it is registered. */
export const branchProperties = {
  id: { ...idSchema, description: `${LEGAL_ID}; the contract when absent` },
  contract: contractSchema,
  urls: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { action: urlSchema, compensate: urlSchema, deliver: urlSchema, try: urlSchema, confirm: urlSchema, cancel: urlSchema },
    description: 'Instead of a contract: one URL per op.',
  },
  payload: { type: 'object', description: 'Sent as the body of every call to this branch; `{}` when absent.' },
  after: { type: 'array', maxItems: 200, items: idSchema, description: 'Ids of the branches that must have succeeded first.' },
} as const;

/** Fields of a branch that every request shares, as they arrive. */
export interface BranchFields {
  readonly id?: string;
  readonly contract?: string;
  readonly urls?: Readonly<Partial<Record<'action' | 'compensate' | 'deliver' | 'try' | 'confirm' | 'cancel', string>>>;
  readonly payload?: object;
  readonly after?: readonly string[];
}

/** What to wait for. */
export type Milestone = 'decided' | 'final';
