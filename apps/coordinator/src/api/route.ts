/** How a route is described, for the OpenAPI document, `docs/api.md`, the `allow` header and the suite of bad input. */
import type { RouteAccess } from '../access/index.js';
import type { ErrorCode } from '../errors/index.js';

export interface RouteAnswer {
  readonly status: number;
  readonly meaning: string;
  readonly schema?: object;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Parameters in braces. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  /** Who may call it, when access control is on. */
  readonly access: RouteAccess;
  readonly body?: object;
  readonly query?: Readonly<Record<string, object>>;
  /** More about it, in Markdown. */
  readonly notes?: string;
  /** Request headers that mean something here. */
  readonly headers?: Readonly<Record<string, object>>;
  readonly answers: readonly RouteAnswer[];
  /** Codes particular to this route; those of `everyRoute` and `everyBody` come on top. */
  readonly errors: readonly ErrorCode[];
}
