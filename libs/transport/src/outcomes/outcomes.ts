/**
 * What every transport reads off an answer in the same way: the result that is kept, the refusal, and the outcome that nobody knows. Which answer
 * means what is the transport's own table.
 */
import type { Outcome, Refusal } from '@assent/protocol';

/** Codes and messages are kept in rows and shown in lists. */
const MAX_CODE_LENGTH = 64;
const MAX_MESSAGE_LENGTH = 500;
/** JSON.stringify recurses: a result nested deeper than this could be kept, but never be shown again. */
const MAX_RESULT_DEPTH = 64;

/** An outcome nobody knows; `message` is cut to what a row holds. */
export function unknown(code: string, message: string): Outcome & { readonly kind: 'unknown' } {
  return { kind: 'unknown', code, message: clean(message, MAX_MESSAGE_LENGTH) };
}

/** The JSON text to keep as the branch's result; `undefined` for nothing (empty, `{}`, `null`) and for what is not JSON. */
export function readResult(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text === '{}' || depthOf(text) > MAX_RESULT_DEPTH) return undefined;
  const value = parseJson(text);
  const isNothing = value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
  return isNothing ? undefined : text;
}

/** `code` and `message` of a refusal as RFC 9457 writes it (`detail`, then `title`, stand in for a missing `message`), or `null` without a code. */
export function refusalIn(value: unknown): Refusal | null {
  if (!isObject(value) || typeof value.code !== 'string') return null;
  const code = clean(value.code, MAX_CODE_LENGTH);
  if (code === '') return null;
  const message = [value.message, value.detail, value.title].find((text) => typeof text === 'string');
  return { code, message: clean(typeof message === 'string' ? message : '', MAX_MESSAGE_LENGTH) };
}

/** True for a JSON object: neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value, or `undefined` for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How deep brackets nest outside strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return deepest;
}

/** One line of at most `maxLength` characters, without control characters and halves of surrogate pairs. */
function clean(text: string, maxLength: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.slice(0, maxLength).replace(/\p{Cs}/gu, '\uFFFD');
}
