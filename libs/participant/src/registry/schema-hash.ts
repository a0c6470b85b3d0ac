/** A fingerprint of the schema of a payload, so that two instances can be seen to differ. */
import { createHash } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { configure } from 'safe-stable-stringify';
import { type ZodType, z } from 'zod';

const canonicalText = configure({ deterministic: true });

/** SHA-256 in hex of its JSON schema; `null` for a contract without a schema, or with one that cannot be written as JSON schema. */
export function schemaHashOf(schema: StandardSchemaV1 | undefined): string | null {
  if (schema?.['~standard'].vendor !== 'zod') return null;
  try {
    const json = z.toJSONSchema(schema as unknown as ZodType, { io: 'input', unrepresentable: 'any' });
    return createHash('sha256')
      .update(canonicalText(json) ?? '')
      .digest('hex');
  } catch {
    return null;
  }
}
