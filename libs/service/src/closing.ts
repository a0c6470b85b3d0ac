/** How an HTTP server ends although its callers keep their connections. */
import type { FastifyInstance } from 'fastify';

/** How soon a connection that got idle is closed while the server ends. */
const lookForIdleMs = 50;

/**
 * Node closes the connections that are idle when the server closes; one that gets idle a moment later, because its request was still being
 * answered, would hold the process for as long as its caller keeps it.
 */
export function closeIdleConnectionsAtTheEnd(fastify: FastifyInstance): void {
  const { server } = fastify;
  fastify.addHook('preClose', async () => {
    const timer = setInterval(() => server.closeIdleConnections(), lookForIdleMs);
    server.once('close', () => clearInterval(timer));
  });
}
