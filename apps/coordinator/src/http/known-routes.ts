/** Which methods a path answers, so that a wrong method is told apart from a wrong path. */
import { routes } from '../api/index.js';

interface KnownRoute {
  readonly method: string;
  readonly path: RegExp;
}

const known: readonly KnownRoute[] = routes.map((route) => ({
  method: route.method,
  path: new RegExp(`^${route.path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
}));

/** The methods, `HEAD` beside `GET`; empty when nothing is served at `path`. */
export function methodsOf(path: string): readonly string[] {
  const methods = known.filter((route) => route.path.test(path)).map((route) => route.method);
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}
