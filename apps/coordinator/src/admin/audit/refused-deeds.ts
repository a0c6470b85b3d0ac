/**
 * Which answers are refusals that the audit has to tell of, and nothing else does: what people ask for beside transactions (keys, rules, jobs, policies,
 * participants) and may in general, but not so. Refused actions and approvals are told where they are refused, with more than is known here.
 */
import type { FastifyRequest } from 'fastify';
import { identifiedBy, type Refusal, refusalOf } from '../../access/index.js';
import type { ApiError } from '../../errors/index.js';

const TOLD_ELSEWHERE = /^\/v1\/(?:transactions|approvals|registry)(?:\/|$)/;
const REFUSALS: ReadonlySet<number> = new Set([403, 404, 409, 412, 422]);

/** `null`: it is none. A body that does not fit its schema asks for nothing yet. */
export function refusedDeedOf(request: FastifyRequest, { status, code }: ApiError): Refusal | null {
  const principal = identifiedBy(request);
  const route = request.routeOptions?.url ?? '';
  if (principal === null || request.method !== 'POST' || route === '' || TOLD_ELSEWHERE.test(route)) return null;
  return REFUSALS.has(status) && code !== 'invalid_request' ? refusalOf(request, code, principal) : null;
}
