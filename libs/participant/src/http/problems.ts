/** Every error this endpoint answers with, apart from the refusals of the barrier and of the service itself. RFC 9457 bodies. */

interface Problem {
  readonly status: number;
  readonly title: string;
}

export const problems = {
  signature_invalid: { status: 401, title: 'The signature is missing, wrong, or too old or new' },
  message_id_invalid: { status: 400, title: 'The webhook-id is not a message id of a branch call' },
  path_mismatch: { status: 400, title: 'The path names another contract or op than the signed message id' },
  header_invalid: { status: 400, title: 'A header of the call is missing or malformed' },
  body_not_utf8: { status: 400, title: 'The body is not UTF-8' },
  body_not_json: { status: 400, title: 'The body is not JSON' },
  request_invalid: { status: 400, title: 'The request is malformed' },
  contract_unknown: { status: 404, title: 'This participant has no such contract' },
  op_unknown: { status: 404, title: 'This contract has no such op' },
  body_too_large: { status: 413, title: 'The body is larger than this participant accepts' },
  still_running: { status: 425, title: 'The branch is being worked on by another call; ask again' },
  internal: { status: 500, title: 'The participant failed; whether the branch took effect is not known' },
  overloaded: { status: 503, title: 'The participant has more calls than it can work on; come back later' },
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof problems;

/** A call that is not answered by the barrier. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly code: ProblemCode,
    detail: string = problems[code].title,
  ) {
    super(detail);
  }
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The RFC 9457 body of one of our own errors. */
export function problemBody(code: ProblemCode, detail: string): string {
  const { status, title } = problems[code];
  return JSON.stringify({ type: `https://assent.dev/errors/${code}`, title, status, code, detail });
}

/** The RFC 9457 body of a refusal: its code is the service's own, or one of the barrier. */
export function refusalBody(code: string, message: string): string {
  return JSON.stringify({ type: 'about:blank', title: 'Refused', status: 409, code, detail: message, message });
}
