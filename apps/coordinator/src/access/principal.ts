/** Who is asking. The guard puts it on the request before the body is read; routes read it here. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from './roles.js';

export interface Principal {
  /** Kept as `created_by` and in the audit; unique among keys, and prefixed `jwt:` where a token named it. */
  readonly name: string;
  readonly role: Role;
}

/** With access control off, whoever reaches the loopback address is this principal and may do everything. */
export const LOCAL: Principal = { name: 'local', role: 'admin' };

/** Where the guard leaves the principal. */
export const PRINCIPAL = 'assentPrincipal';

type Identified = FastifyRequest & { readonly [PRINCIPAL]?: Principal | null };

/** The principal of the request that is being answered. Throws on a public route, where nobody was asked. */
export function principalOf(reply: FastifyReply): Principal {
  const principal = identifiedBy(reply.request);
  if (principal === null) throw new Error('This route asks nobody who they are');
  return principal;
}

/** The principal of a request; `null`: nobody was asked, or nobody was let in. */
export function identifiedBy(request: FastifyRequest): Principal | null {
  return (request as Identified)[PRINCIPAL] ?? null;
}
