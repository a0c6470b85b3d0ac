/**
 * The HTTP server under the API: limits on size and time, JSON bodies only, and problem+json even for requests that never reach a route.
 * Bodies are parsed by `json/`, not by Fastify, because Fastify's own parser keeps neither numbers nor keys safe.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeIdleConnectionsAtTheEnd } from '@assent/service';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessRules, type Guarding, guardRoutes } from '../access/index.js';
import { ApiError, type ErrorCode } from '../errors/index.js';
import { parseBody } from '../json/index.js';
import { mayAnswerTo } from './hosts.js';
import { type FailureLog, sendFailure } from './problem.filter.js';

/** A request must arrive whole within this time. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that are late: every half minute by itself, so that ten seconds could become a minute. */
const LATENESS_CHECK_MS = 1_000;
/** Longer than the idle time of usual clients and proxies, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 16_384;
/** Beyond any gid, so that a long one is answered by the route, as an invalid gid. */
const MAX_PARAMETER_LENGTH = MAX_HEADER_BYTES;

export interface HttpLimits {
  readonly bodyBytes: number;
  /** Names beside those of loopback that the API answers to. */
  readonly allowedHosts: readonly string[];
  readonly rules: AccessRules;
  /** `null`: access control is off. */
  readonly guarding: Guarding;
}

/** The adapter Nest runs on. */
export function createHttpAdapter(limits: HttpLimits, log: FailureLog): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: limits.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      // A request without the header `host` is answered here, with a code.
      requireHostHeader: false,
      // Node takes the shorter of two times for the headers and the longer one for all: left at its own minute, this would be the time for a body.
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LATENESS_CHECK_MS,
    },
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
  if (limits.guarding === null) answerOnlyTo(new Set(limits.allowedHosts), server);
  guardRoutes(server, limits.rules, limits.guarding);
  closeIdleConnectionsAtTheEnd(server);
  refuseWhatFastifyNeverSees(server.server);
  return adapter;
}

function answerOnlyTo(allowed: ReadonlySet<string>, server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers;
    // HTTP/1.0 has no such header: health checks speak it, browsers do not.
    if (host === undefined && request.raw.httpVersion === '1.0') done();
    else if (host === undefined) done(new ApiError('bad_request', 'The header host is missing.'));
    else if (mayAnswerTo(host, allowed)) done();
    else done(new ApiError('host_not_allowed', `This coordinator does not answer to the host ${JSON.stringify(host.slice(0, 80))}.`));
  });
}

/** Node answers these by itself, without a code, unless somebody listens. */
function refuseWhatFastifyNeverSees(server: Server): void {
  server.on('checkExpectation', (request: IncomingMessage) => {
    answerRaw(request.socket, new ApiError('bad_request', 'The header expect asks for something that is not offered.'));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    answerRaw(socket, new ApiError('bad_request', 'This is no proxy: CONNECT is not answered.'));
  });
}

/** Node could not read the request: answers on the bare socket and ends it. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerRaw(socket, brokenRequest(error.code));
}

function answerRaw(socket: Duplex, answer: ApiError): void {
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
