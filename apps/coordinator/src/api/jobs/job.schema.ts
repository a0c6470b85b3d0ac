/** `/v1/jobs`: requests. */
import { actionNames } from '../actions/catalogue.js';
import { listQuery } from '../list/list-query.js';
import { reasonSchema } from '../schemas/common.js';

const { limit: _limit, cursor: _cursor, ...filterSchemas } = listQuery;

/** Transactions moved in a second when the request does not say: a participant that has just come back is not run over. */
export const DEFAULT_PER_SECOND = 50;

export type JobQuery = Partial<Record<keyof typeof filterSchemas, string>>;

export interface JobBody {
  readonly action: string;
  readonly query: JobQuery;
  readonly parameters?: object;
  readonly reason: string;
  readonly perSecond?: number;
  readonly dryRun?: boolean;
}

export const jobSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['action', 'query', 'reason'],
  properties: {
    action: { type: 'string', enum: actionNames, description: 'What is done to each transaction.' },
    query: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: filterSchemas,
      description: 'Which transactions: as the query of GET /v1/transactions, with the answer of the moment at which the job begins.',
    },
    parameters: { type: 'object', description: 'What the action takes beside a reason.' },
    reason: reasonSchema,
    perSecond: { type: 'integer', minimum: 1, maximum: 1_000, description: `Transactions in a second; ${DEFAULT_PER_SECOND} when absent.` },
    dryRun: { type: 'boolean', description: 'Only tell how many it would concern, and what it would do to five of them.' },
  },
} as const;
