/** A participant called `demo` that agrees to everything, so that a cluster can be tried without any service. It verifies nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long it takes to agree, in milliseconds: long enough to kill a coordinator meanwhile. */
const THINKS_MS = 200;

export class WillingParticipant {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<WillingParticipant> {
    const server = createServer((request, response) => {
      request.resume().once('end', () => setTimeout(() => response.writeHead(204).end(), THINKS_MS));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WillingParticipant(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
