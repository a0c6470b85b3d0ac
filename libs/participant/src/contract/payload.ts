/** A payload on its way from bytes to what a handler is given. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BusinessRejection } from '../barrier/index.js';

/** The payload, or why it does not fit the contract: thrown only if the work is really run, so that an empty rollback needs no valid payload. */
export type Checked =
  | { readonly kind: 'fits'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly rejection: BusinessRejection };

const MAX_PROBLEMS = 5;

/** `__proto__` plain, or with any of its letters written as a JSON escape. */
const SUSPICIOUS = /__proto__|\\u00/i;

/** Parses the text of a body. Throws SyntaxError when it is not JSON. */
export function parsePayload(text: string): Checked {
  if (!SUSPICIOUS.test(text)) return { kind: 'fits', value: JSON.parse(text) };
  let found = 0;
  const value: unknown = JSON.parse(text, (key, inner: unknown) => {
    if (key === '__proto__') found += 1;
    return inner;
  });
  return found === 0 ? { kind: 'fits', value } : refused('the payload has a key "__proto__"');
}

/** Checks a payload against the schema of its contract. */
export async function checkPayload(schema: StandardSchemaV1 | undefined, parsed: Checked): Promise<Checked> {
  if (schema === undefined || parsed.kind === 'refused') return parsed;
  const pending = schema['~standard'].validate(parsed.value);
  const result = pending instanceof Promise ? await pending : pending;
  if (result.issues === undefined) return { kind: 'fits', value: result.value };
  return refused(result.issues.slice(0, MAX_PROBLEMS).map(describe).join('; '));
}

function refused(message: string): Checked {
  return { kind: 'refused', rejection: new BusinessRejection('payload_invalid', message) };
}

function describe(issue: StandardSchemaV1.Issue): string {
  const path = (issue.path ?? []).map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join('');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
