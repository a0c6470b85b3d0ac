/** `POST /v1/retention/run`: the request. */
export interface RetentionBody {
  readonly dryRun?: boolean;
}

export const retentionSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { dryRun: { type: 'boolean', description: 'Only tell what would go.' } },
} as const;
