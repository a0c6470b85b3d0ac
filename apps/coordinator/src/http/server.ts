/**
 * The HTTP server under the API: limits on size and time, JSON bodies only, and problem+json even for requests that never reach a route.
 * Bodies are parsed by `json/`, not by Fastify, because Fastify's own parser keeps neither numbers nor keys safe.
 */
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ErrorCode } from '../errors/index.js';
import { parseBody } from '../json/index.js';
import { type FailureLog, sendFailure } from './problem.filter.js';

/** A request must arrive whole within this time. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than the idle time of usual clients and proxies, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 16_384;
/** Beyond any gid, so that a long one is answered by the route, as an invalid gid. */
const MAX_PARAMETER_LENGTH = MAX_HEADER_BYTES;

/** The adapter Nest runs on. */
export function createHttpAdapter(limits: { readonly bodyBytes: number }, log: FailureLog): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: limits.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendFailure(error, request, reply, log),
    clientErrorHandler: answerBrokenRequest,
  });
  const server = adapter.getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  return adapter;
}

/** Node could not read the request: answers on the bare socket and ends it. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = brokenRequest(error.code);
  const body = JSON.stringify(answer.toBody());
  socket.end(
    `HTTP/1.1 ${answer.status} ${answer.code}\r\nconnection: close\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function brokenRequest(code: string | undefined): ApiError {
  const [known, detail]: [ErrorCode, string] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['headers_too_large', `The headers take more than ${MAX_HEADER_BYTES} bytes.`]
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['request_timeout', `The request was not complete after ${REQUEST_TIMEOUT_MS} ms.`]
        : ['bad_request', 'The request cannot be read as HTTP.'];
  return new ApiError(known, detail);
}
