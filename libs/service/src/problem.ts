/** Errors of a service's own API as RFC 9457 bodies. Business refusals of branches travel another way (`BusinessRejection`). */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** Thrown by a controller: answered as it says. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: string,
    /** What happened, to which part of the input, and what to do. */
    readonly detail: string,
    /** Further members of the body. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

/** Reads untrusted input by a schema. Throws a `Problem` (422 `invalid_request`) that points at the first thing wrong. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const pointer = `/${(issue?.path ?? []).map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
  throw new Problem(422, 'invalid_request', `${pointer}: ${issue?.message ?? 'does not fit'}`, { pointer });
}

/** Codes by which drivers say that there is no database to talk to. */
const databaseAway = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

const codeOfStatus: Readonly<Record<number, string>> = {
  400: 'invalid_body',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/** Turns whatever a handler threw into an RFC 9457 answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    answerProblem(error, host.switchToHttp().getResponse<FastifyReply>());
  }
}

const logger = new Logger('Http');

/** Answers `error` as an RFC 9457 body. What nobody foresaw is logged and answered 500 without a word about its inside. */
export function answerProblem(error: unknown, reply: FastifyReply): void {
  const { status, code, detail, more } = problemOf(error);
  if (status === 503) reply.header('retry-after', '1');
  void reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: titleOf(code), status, code, detail, ...more });
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  if (status !== null && status < 500) {
    const detail = error instanceof Error ? error.message : titleOf(codeOfStatus[status] ?? 'refused');
    return new Problem(status, codeOfStatus[status] ?? 'refused', detail);
  }
  if (databaseAway.has(driverCodeOf(error))) return new Problem(503, 'database_unavailable', 'The database cannot be reached. Try again.');
  logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new Problem(500, 'internal', 'Something unforeseen happened; the log of the service has more.');
}

/** The status that Nest or Fastify gave it, or null. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}

function driverCodeOf(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const met = driverError?.code ?? code;
  return typeof met === 'string' ? met : '';
}

function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
