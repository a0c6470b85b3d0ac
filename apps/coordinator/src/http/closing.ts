/** How the HTTP server ends although its callers keep their connections. */
import type { FastifyInstance } from 'fastify';

/** How soon a connection that got idle is closed while the server ends. */
const LOOK_FOR_IDLE_MS = 50;

/**
 * Node closes the connections that are idle when the server closes. One whose request is answered a moment later gets idle only then, and would hold
 * the process for as long as its caller keeps it.
 */
export function closeIdleConnectionsAtTheEnd(fastify: FastifyInstance): void {
  const { server } = fastify;
  fastify.addHook('preClose', async () => {
    const timer = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
    server.once('close', () => clearInterval(timer));
  });
}
