/** The table of routes as the guard asks it. */
import type { AccessRules } from './guard.js';
import type { RouteAccess } from './roles.js';

/** A route and who may call it; parameters in braces. */
export interface GuardedRoute {
  readonly method: string;
  readonly path: string;
  readonly access: RouteAccess;
}

/** What the documentation pages are served by: nobody needs to be known to read how to be known. */
const DOCUMENTATION = /^\/docs(?:[/-].*)?$/;

/** The rules of these routes, and of the documentation. `HEAD` is `GET` without its body. */
export function rulesOf(routes: readonly GuardedRoute[]): AccessRules {
  const byRoute = new Map(routes.map(({ method, path, access }) => [`${method} ${path.replace(/\{([^}]+)\}/g, ':$1')}`, access]));
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method;
    return byRoute.get(`${asked} ${path}`) ?? (asked === 'GET' && DOCUMENTATION.test(path) ? 'public' : null);
  };
}
