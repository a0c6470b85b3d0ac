/**
 * `POST /assent/:contract/:op` on Fastify, in a scope of its own: there the body stays the bytes that were signed, whatever parsers the
 * application has, and no Nest pipe, guard or interceptor stands in the way.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BranchEndpoint } from './branch-endpoint.js';
import { type CallFields, callFields } from './call-fields.js';
import { PROBLEM_TYPE, type ProblemCode, ProblemError, problemBody, problems } from './problems.js';
import { type HttpAnswer, httpAnswer } from './reply.js';

/** Told of every call that ended in an error nobody expected; the answer says nothing of it. */
export type OnUnexpected = (error: unknown, call: string, fields: CallFields) => void;

interface Route {
  Params: { contract: string; op: string };
  Body: Buffer | undefined;
}

const EMPTY = Buffer.alloc(0);
const OVERLOADED_RETRY_SECONDS = 1;

/** Adds the route. Before the server listens. */
export async function addBranchRoute(
  server: FastifyInstance,
  endpoint: BranchEndpoint,
  options: { readonly maxBodyBytes: number; readonly onUnexpected: OnUnexpected },
): Promise<void> {
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: options.maxBodyBytes }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply, options.onUnexpected));
    scope.post<Route>('/assent/:contract/:op', { bodyLimit: options.maxBodyBytes }, async (request, reply) => {
      const { contract, op } = request.params;
      const answer = await endpoint.answer({ contract, op, headers: request.headers, body: request.body ?? EMPTY });
      return send(reply, httpAnswer(answer));
    });
  });
}

function send(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  reply.code(answer.status);
  if (answer.contentType !== undefined) reply.header('content-type', answer.contentType);
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds);
  return reply.send(answer.body === '' ? undefined : answer.body);
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, onUnexpected: OnUnexpected): FastifyReply {
  const code = codeOf(error);
  if (code === 'internal') onUnexpected(error, `${request.method} ${request.url}`, callFields(request.headers));
  const detail = error instanceof ProblemError ? error.message : problems[code].title;
  const { status } = problems[code];
  const body = problemBody(code, detail);
  return send(reply, { status, contentType: PROBLEM_TYPE, body, ...(status === 503 && { retryAfterSeconds: OVERLOADED_RETRY_SECONDS }) });
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof ProblemError) return error.code;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'body_too_large';
  // Fastify's own complaints about the request (a wrong content length, an aborted body) are the sender's.
  return code?.startsWith('FST_') === true && statusCode !== undefined && statusCode < 500 ? 'request_invalid' : 'internal';
}
