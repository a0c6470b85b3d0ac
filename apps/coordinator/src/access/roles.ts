/**
 * The four roles, and the sets of them that routes are open to. Every route names one of these sets (`api/routes.ts`); a route that names none is
 * not served. `docs/security.md` explains them.
 */

/** What a principal may do. `service` begins and drives its own transactions; the others look at, move or administer all of them. */
export const roles = ['service', 'viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Who may call a route: anybody, or principals with one of these roles. */
export type RouteAccess = 'public' | readonly Role[];

/** The sets in use. None of them opens to `service` what is not its own: see `Ownership`. */
export const openTo = {
  /** Nobody is asked who they are: probes and documentation. */
  public: 'public',
  /** Whoever is known; a service only for what is its own. */
  everybody: ['service', 'viewer', 'operator', 'admin'],
  /** Those who make transactions. An operator moves what is there, and begins nothing. */
  initiators: ['service', 'admin'],
  /** Those who may stop a transaction. */
  stoppers: ['service', 'operator', 'admin'],
  /** Those who see everything. */
  readers: ['viewer', 'operator', 'admin'],
  /** Those who move what is stuck. */
  operators: ['operator', 'admin'],
  /** Those who decide who may do what. */
  admins: ['admin'],
} as const satisfies Record<string, RouteAccess>;
