/** An answer of the barrier as an HTTP answer (DESIGN section 5). */
import type { Answer } from '../barrier/index.js';
import { PROBLEM_TYPE, problemBody, problems, refusalBody } from './problems.js';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly retryAfterSeconds?: number;
  /** Empty for none. */
  readonly body: string;
}

const JSON_TYPE = 'application/json';

export function httpAnswer(answer: Answer): HttpAnswer {
  switch (answer.kind) {
    case 'succeeded':
      return answer.result === null ? { status: 204, body: '' } : { status: 200, contentType: JSON_TYPE, body: answer.result };
    case 'rejected':
      return { status: 409, contentType: PROBLEM_TYPE, body: refusalBody(answer.code, answer.message) };
    case 'pending':
      return { status: 202, contentType: JSON_TYPE, body: '{}', ...retryAfter(answer.retryAfterMs) };
    case 'busy':
      return { status: 425, contentType: PROBLEM_TYPE, body: problemBody('still_running', problems.still_running.title) };
    case 'sealed':
      return { status: 200, contentType: JSON_TYPE, body: JSON.stringify(answer.report) };
  }
}

/** Retry-After counts whole seconds: never earlier than asked for. */
function retryAfter(ms: number | undefined): { retryAfterSeconds?: number } {
  return ms === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(ms / 1000)) };
}
