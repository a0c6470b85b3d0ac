/** Whatever can go wrong on the way of a request, as an answer of the catalogue. */
import { EngineError, type EngineErrorCode, StoreUnavailableError } from '@assent/engine';
import { isDatabaseAway } from '@assent/store';
import { HttpException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { transactionBody } from '../api/index.js';
import { ApiError, type ErrorCode, isErrorCode } from '../errors/index.js';
import { methodsOf } from './known-routes.js';

/** How soon to try again when nobody knows better, in milliseconds: about the time a restart of anything takes at least. */
const RETRY_AFTER_MS = 1_000;

/** Codes that the engine calls otherwise. */
const engineCodes: Readonly<Partial<Record<EngineErrorCode, ErrorCode>>> = { policy_unknown: 'unknown_policy' };

const fastifyCodes: Readonly<Record<string, (request: FastifyRequest) => ApiError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new ApiError('body_too_large', 'The body is larger than this coordinator accepts.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) =>
    new ApiError('unsupported_media_type', `The content type is ${quoted(request.headers['content-type'])}, not application/json.`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new ApiError('bad_request', 'The body does not have the length that its header declares.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new ApiError('body_required', 'The body is empty.'),
};

/** The answer to a failure, or `null` when it is nothing that was foreseen. */
export function toApiError(error: unknown, request: FastifyRequest): ApiError | null {
  if (hasBrokenOff(request)) return new ApiError('bad_request', 'The connection ended before the request did.');
  const code = codeOf(error);
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') return new ApiError('bad_request', 'The path is not well-formed.');
  // Where nothing is served it does not matter what else is wrong, with the body for example.
  if (request.is404) return notRouted(request);
  if (error instanceof ApiError) return withRetryAfter(error);
  if (error instanceof EngineError) return fromEngine(error);
  if (error instanceof StoreUnavailableError || isDatabaseAway(error))
    return withRetryAfter(new ApiError('store_unavailable', 'The database cannot be reached.'));
  const known = typeof code === 'string' ? fastifyCodes[code]?.(request) : undefined;
  return known ?? (isRefusedFile(error) ? nothingAt(request) : null);
}

/** The caller is gone, with half of its body unsent: nobody's failure but its own. */
function hasBrokenOff({ raw }: FastifyRequest): boolean {
  return raw.errored !== null && raw.errored !== undefined && 'code' in raw.errored && raw.errored.code === 'ECONNRESET';
}

/** The documentation's files are served by a library that refuses a path out of their folder by its own 403. */
function isRefusedFile(error: unknown): boolean {
  return error instanceof HttpException && error.getStatus() === 403;
}

function nothingAt(request: FastifyRequest): ApiError {
  return new ApiError('route_not_found', `There is nothing at ${quoted(pathOf(request))}.`);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Fastify's code of an error, which Nest may have wrapped. */
function codeOf(error: unknown): unknown {
  const source = error instanceof HttpException ? error.cause : error;
  return typeof source === 'object' && source !== null ? (source as { readonly code?: unknown }).code : undefined;
}

function fromEngine(error: EngineError): ApiError | null {
  const code = engineCodes[error.code] ?? error.code;
  // A `protocol_bug` is nothing a client could mend: only the log says more.
  if (!isErrorCode(code)) return null;
  const { gid, retryAfterMs, view } = error;
  return withRetryAfter(
    new ApiError(code, error.detail, {
      ...(gid === undefined ? {} : { gid }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(view === undefined ? {} : { transaction: transactionBody(view) }),
    }),
  );
}

/** Every 429 and 503 says when to come back. */
function withRetryAfter(error: ApiError): ApiError {
  if ((error.status !== 429 && error.status !== 503) || error.fields.retryAfterMs !== undefined) return error;
  return new ApiError(error.code, error.detail, { ...error.fields, retryAfterMs: RETRY_AFTER_MS });
}

function notRouted(request: FastifyRequest): ApiError {
  const allow = methodsOf(pathOf(request));
  if (allow.length === 0) return nothingAt(request);
  return new ApiError(
    'method_not_allowed',
    `${request.method} is not answered here; ${allow.join(', ')} ${allow.length > 1 ? 'are' : 'is'}.`,
    {
      allow,
    },
  );
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'missing' : JSON.stringify(text.slice(0, 80));
}
