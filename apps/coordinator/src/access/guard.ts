/**
 * Stands in front of every route and denies by default: a route that no table opens to somebody cannot be served at all, and one that is not public
 * is reached by a principal whose role the table names. It is a hook of the one route, not a guard of Nest's, because that would cost as much as the
 * rest of the way through Nest; with access control off there is no hook.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { ApiError } from '../errors/index.js';
import type { Authenticator } from './authenticator.js';
import { LOCAL, PRINCIPAL, type Principal } from './principal.js';
import type { Role, RouteAccess } from './roles.js';

/** Who may call the route with this method and path (parameters as `:name`); `null`: nobody has said. */
export type AccessRules = (method: string, path: string) => RouteAccess | null;

/** Told of everyone who was turned away, before the answer leaves. */
export interface Refusals {
  refused(refusal: Refusal): void;
}

export interface Refusal {
  /** `null`: nobody knows who it was. */
  readonly principal: Principal | null;
  readonly method: string;
  /** The route, parameters as `:name`. */
  readonly route: string;
  readonly code: string;
  /** The gid of the path, where there is one. */
  readonly gid: string | null;
}

/** `null`: access control is off, and everybody is `LOCAL`. */
export type Guarding = { readonly authenticator: Authenticator; readonly refusals: Refusals } | null;

type Done = (error?: Error) => void;

/** Guards every route that is registered from now on. Registering one without a rule throws, so that boot fails. */
export function guardRoutes(server: FastifyInstance, rules: AccessRules, guarding: Guarding): void {
  if (guarding === null) server.decorateRequest(PRINCIPAL, { getter: () => LOCAL });
  else server.decorateRequest(PRINCIPAL, null);
  server.addHook('onRoute', (route) => {
    const access = accessOf(rules, route);
    if (access === 'public' || guarding === null) return;
    const check = (request: FastifyRequest, _reply: FastifyReply, done: Done) => admit(request, access, guarding, done);
    route.onRequest = [check, ...[route.onRequest ?? []].flat()];
  });
}

function accessOf(rules: AccessRules, route: RouteOptions): RouteAccess {
  const methods = [route.method].flat();
  const found = methods.map((method) => rules(method, route.url));
  const [access] = found;
  if (access === undefined || access === null || found.some((one) => one !== access)) {
    throw new Error(`The route ${methods.join(', ')} ${route.url} does not say who may call it`);
  }
  return access;
}

/** Calls back at once where the credentials are known, as they are on all but the first request with them. */
function admit(request: FastifyRequest, allowed: readonly Role[], { authenticator, refusals }: NonNullable<Guarding>, done: Done): void {
  const refuse = (error: unknown, principal: Principal | null) => {
    if (error instanceof ApiError && error.status < 500) refusals.refused(refusalOf(request, error.code, principal));
    done(error as Error);
  };
  const judge = (principal: Principal) => {
    if (!allowed.includes(principal.role)) {
      refuse(new ApiError('forbidden', `The role ${principal.role} may not do this; ${allowed.join(' or ')} may.`), principal);
      return;
    }
    (request as { [PRINCIPAL]?: Principal })[PRINCIPAL] = principal;
    done();
  };
  try {
    const found = authenticator.authenticate(request.headers);
    if (found instanceof Promise) found.then(judge, (error: unknown) => refuse(error, null));
    else judge(found);
  } catch (error) {
    refuse(error, null);
  }
}

/** What was refused to whom, as the audit tells it. */
export function refusalOf(request: FastifyRequest, code: string, principal: Principal | null): Refusal {
  const { gid } = (request.params ?? {}) as { readonly gid?: string };
  return { principal, method: request.method, route: request.routeOptions.url ?? '', code, gid: gid ?? null };
}
