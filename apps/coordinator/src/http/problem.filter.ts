/** Turns every failure of a request into an answer of the catalogue (RFC 9457). What was not foreseen is logged under an id, and never shown. */
import { randomUUID } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors/index.js';
import { toApiError } from './failures.js';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Where the unforeseen is written: `error` of a pino logger. */
export interface FailureLog {
  error(fields: object, message: string): void;
}

/** Told of what was refused after the guard had let it through. */
export interface RefusedDeeds {
  notDone(request: FastifyRequest, answer: ApiError): void;
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: FailureLog,
    private readonly refused: RefusedDeeds,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const answer = sendFailure(error, request, http.getResponse<FastifyReply>(), this.log);
    if (answer !== null) this.refused.notDone(request, answer);
  }
}

/** Answers a failed request, and returns the answer; `null`: it had been answered before. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, log: FailureLog): ApiError | null {
  if (reply.sent) return null;
  const answer = toApiError(error, request) ?? unforeseen(error, request, log);
  const { allow, retryAfterMs, challenge } = answer.fields;
  if (allow !== undefined) void reply.header('allow', allow.join(', '));
  if (retryAfterMs !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  if (challenge !== undefined) void reply.header('www-authenticate', ['Bearer realm="assent"', challenge].filter(Boolean).join(', '));
  void reply.code(answer.status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(answer.toBody()));
  return answer;
}

function unforeseen(error: unknown, request: FastifyRequest, log: FailureLog): ApiError {
  const id = randomUUID();
  const { gid } = (request.params ?? {}) as { readonly gid?: string };
  log.error({ err: error, failure: id, gid, method: request.method, route: request.routeOptions?.url }, 'A request failed unexpectedly');
  return new ApiError('internal', `Look for "failure":"${id}" in the log of the coordinator.`);
}
