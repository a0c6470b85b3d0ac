/** Errors of the requests about dead letters, as RFC 9457 bodies. */
import { HttpException } from '@nestjs/common';

const problems = {
  operator_key_needed: { status: 401, title: 'The key of the operator is missing or wrong' },
  operator_only: { status: 403, title: 'Only for operators on this machine' },
  letter_unknown: { status: 404, title: 'There is no such dead letter' },
  not_waiting: { status: 409, title: 'The dead letter has ended already' },
  no_handler: { status: 409, title: 'Nobody consumes under this name any more' },
  no_event: { status: 409, title: 'The message is no event' },
  replay_failed: { status: 422, title: 'The handler failed again' },
  request_invalid: { status: 422, title: 'The request is malformed' },
} as const;

export type LetterProblemCode = keyof typeof problems;

/** To be thrown by a controller or guard. */
export function letterProblem(code: LetterProblemCode, detail: string): HttpException {
  const { status, title } = problems[code];
  return new HttpException({ type: `https://assent.dev/errors/${code}`, title, status, code, detail }, status);
}
