/**
 * The answer table of DESIGN section 5: what an HTTP answer says about a call. Pure; how answers are read off the wire is in `exchange.ts`.
 *
 * Two rows need a reason. A success stays a success whatever its body is: the participant has committed, repeating the call would bring the same
 * body again. A 409 without a readable code is *not* a refusal: a refusal promises "it did not, and never will", and a proxy, or a framework's
 * default error, promises nothing of the kind.
 */
import type { Outcome, Refusal } from '@assent/protocol';
import { parseJson, readResult, refusalIn, unknown } from '../outcomes/index.js';
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

function succeeded(body: string | null): Outcome {
  const result = body === null ? undefined : readResult(body);
  return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
}

function refused(body: string | null): Outcome {
  if (body === null) return unknown('body_too_large', 'answered 409 with a body too large to read');
  const problem = readProblem(body);
  if (problem !== null) return { kind: 'rejected', refusal: problem };
  return unknown('malformed_refusal', 'answered 409 without a JSON body that carries a "code": not taken for a refusal');
}

function readProblem(body: string): Refusal | null {
  return refusalIn(parseJson(body));
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
