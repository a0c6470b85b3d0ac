/**
 * The answer table of DESIGN section 5: what an HTTP answer says about a call. Pure; how answers are read off the wire is in `exchange.ts`.
 *
 * Two rows need a reason. A success stays a success whatever its body is: the participant has committed, repeating the call would bring the same
 * body again. A 409 without a readable code is *not* a refusal: a refusal promises "it did not, and never will", and a proxy, or a framework's
 * default error, promises nothing of the kind.
 */
import type { Outcome, Refusal } from '@assent/protocol';
import { type RetryAfterBounds, readRetryAfter } from './retry-after.js';

/** An HTTP answer that arrived whole, or as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
  /** `null`: larger than what is read. */
  readonly body: string | null;
}

export interface AnswerReading {
  readonly wallClockMs: number;
  readonly retryAfter: RetryAfterBounds;
}

/** Codes and messages are kept in rows and shown in lists. */
const MAX_CODE_LENGTH = 64;
const MAX_MESSAGE_LENGTH = 500;
/** JSON.stringify recurses: a result nested deeper than this could be kept, but never be shown again. */
const MAX_RESULT_DEPTH = 64;

/** What an answer means. Total: every status has an outcome. */
export function outcomeOf(answer: Answer, reading: AnswerReading): Outcome {
  switch (answer.status) {
    case 200:
    case 201:
    case 204:
      return succeeded(answer.body);
    case 409:
      return refused(answer.body);
    case 202:
    case 425:
      return { kind: 'pending', ...waitAsked(answer, reading) };
    case 429:
    case 503:
      return { ...unknown(`http_${answer.status}`, problemIn(answer)), ...waitAsked(answer, reading) };
    default:
      return isRedirect(answer.status)
        ? unknown('redirect', `answered ${answer.status}; redirects are not followed`)
        : unknown(`http_${answer.status}`, problemIn(answer));
  }
}

/** An outcome nobody knows; `message` is cut to what a row holds. */
export function unknown(code: string, message: string): Outcome & { readonly kind: 'unknown' } {
  return { kind: 'unknown', code, message: clean(message, MAX_MESSAGE_LENGTH) };
}

function succeeded(body: string | null): Outcome {
  const result = body === null ? undefined : readResult(body);
  return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
}

/** The JSON text to keep as the branch's result; `undefined` for nothing (empty, `{}`, `null`) and for what is not JSON. */
function readResult(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text === '{}' || depthOf(text) > MAX_RESULT_DEPTH) return undefined;
  const value = parseJson(text);
  const isNothing = value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
  return isNothing ? undefined : text;
}

function refused(body: string | null): Outcome {
  if (body === null) return unknown('body_too_large', 'answered 409 with a body too large to read');
  const problem = readProblem(body);
  if (problem !== null) return { kind: 'rejected', refusal: problem };
  return unknown('malformed_refusal', 'answered 409 without a JSON body that carries a "code": not taken for a refusal');
}

/** `code` and `message` of an RFC 9457 body (`detail`, then `title`, stand in for a missing `message`), or `null` without a code. */
function readProblem(body: string): Refusal | null {
  const value = parseJson(body);
  if (!isObject(value) || typeof value.code !== 'string') return null;
  const code = clean(value.code, MAX_CODE_LENGTH);
  if (code === '') return null;
  const message = [value.message, value.detail, value.title].find((text) => typeof text === 'string');
  return { code, message: clean(typeof message === 'string' ? message : '', MAX_MESSAGE_LENGTH) };
}

/** For people: what the participant said went wrong. */
function problemIn(answer: Answer): string {
  const problem = answer.body === null ? null : readProblem(answer.body);
  return problem === null ? `answered ${answer.status}` : `answered ${answer.status}: ${problem.code} ${problem.message}`.trimEnd();
}

function waitAsked(answer: Answer, reading: AnswerReading): { readonly retryAfterMs?: number } {
  const retryAfterMs = readRetryAfter(answer.retryAfter, answer.date, reading.wallClockMs, reading.retryAfter);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
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
