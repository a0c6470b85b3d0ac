/** An answer of the barrier, or an error, as a packet of Nest's microservices (docs/participants.md has the table). */
import type { Answer } from '../barrier/index.js';
import { type ProblemCode, ProblemError, problems } from '../http/index.js';

/** What is wrong, as the caller reads it. Only `rejected` promises that it did not and never will. */
export interface BranchError {
  readonly assent: 'rejected' | 'unknown';
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Not before that time, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Half a packet: the server adds the id of the request. */
export type BranchReply = { readonly response: unknown } | { readonly err: BranchError };

const OVERLOADED_RETRY_MS = 1_000;

/** What is answered to a call that the barrier answered. */
export function natsReply(answer: Answer): BranchReply {
  switch (answer.kind) {
    case 'succeeded':
      return { response: answer.result === null ? undefined : (JSON.parse(answer.result) as unknown) };
    case 'rejected':
      return { err: { assent: 'rejected', status: 409, code: answer.code, message: answer.message } };
    case 'pending':
      return { response: { assent: 'pending', ...(answer.retryAfterMs !== undefined && { retryAfterMs: answer.retryAfterMs }) } };
    case 'busy':
      return { response: { assent: 'pending' } };
    case 'sealed':
      return { response: answer.report };
  }
}

/** What is answered to a call that the barrier did not answer. Says nothing of an error nobody expected. */
export function natsError(error: unknown): BranchError {
  const code: ProblemCode = error instanceof ProblemError ? error.code : 'internal';
  const { status, title } = problems[code];
  const message = error instanceof ProblemError ? error.message : title;
  return { assent: 'unknown', status, code, message, ...(code === 'overloaded' && { retryAfterMs: OVERLOADED_RETRY_MS }) };
}
