/** The result of a branch: a JSON value, kept with its barrier row so that a repeat gets the same answer. */

/** 64 KiB of JSON text, in UTF-8 bytes: the same bound as the coordinator's for a result. */
export const MAX_RESULT_BYTES = 65_536;

/** The work returned something that cannot be kept: not JSON, or too large. A mistake in the service: answered 500, nothing is kept. */
export class ResultError extends Error {
  override readonly name = 'ResultError';
}

/** JSON text of what the work returned, `null` for nothing. Throws `ResultError`. */
export function resultText(value: unknown): string | null {
  if (value === undefined) return null;
  const text = stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_RESULT_BYTES) throw new ResultError(`the result of a branch is ${bytes} bytes long, more than ${MAX_RESULT_BYTES}`);
  return text;
}

function stringify(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new ResultError('the result of a branch must be JSON', { cause });
  }
  throw new ResultError('the result of a branch must be JSON');
}
