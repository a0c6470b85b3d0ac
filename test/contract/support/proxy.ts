/** A TCP proxy in front of a database that does to one flush what networks do: loses the answer, holds the packet back, or goes silent. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Every flush begins with its fence, and nothing else does. */
const FLUSH = 'UPDATE coordinator_node SET flushes=IF(';

export type ProxyFault =
  /** The packet goes through, the answer does not: the connection breaks when it comes. */
  | 'lose_answer'
  /** The connection breaks at once; the packet arrives when `deliverHeld` is called. */
  | 'hold_packet'
  /** The packet is swallowed, and nothing is heard any more. */
  | 'go_silent';

export class DatabaseProxy {
  private fault: ProxyFault | null = null;
  private readonly held: { readonly upstream: Socket; readonly packet: Buffer }[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async start(targetUrl: string): Promise<DatabaseProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new DatabaseProxy(server, new URL(targetUrl));
  }

  /** The target's URL by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is not listening');
    url.port = String(address.port);
    return url.href;
  }

  /** Arms the fault for the next flush that comes by. */
  failNextFlush(fault: ProxyFault): void {
    this.fault = fault;
  }

  /** Lets the packets that were held back arrive; done when the server has replied to them, and seen that nobody is there any more. */
  async deliverHeld(): Promise<void> {
    await Promise.all(
      this.held.splice(0).map(
        ({ upstream, packet }) =>
          new Promise<void>((resolve) => {
            upstream.once('data', () => upstream.end());
            upstream.once('close', () => resolve());
            upstream.write(packet);
          }),
      ),
    );
  }

  /** From now on nothing is heard of the connections there are, nor of their end; new ones work. So do networks that forget a connection. */
  forgetConnections(): void {
    for (const socket of this.sockets) {
      socket.removeAllListeners('data');
      socket.removeAllListeners('close');
      socket.on('close', () => this.sockets.delete(socket));
      socket.resume();
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
    const toServer = (packet: Buffer) => {
      const fault = packet.includes(FLUSH) ? this.take() : null;
      if (fault === null) upstream.write(packet);
      else this.fail(fault, packet, client, upstream);
    };
    client.on('data', toServer);
    client.on('close', () => {
      if (!this.held.some((one) => one.upstream === upstream)) upstream.destroy();
    });
    upstream.on('data', (answer) => client.write(answer));
    upstream.on('close', () => client.destroy());
  }

  private fail(fault: ProxyFault, packet: Buffer, client: Socket, upstream: Socket): void {
    upstream.removeAllListeners('data');
    client.removeAllListeners('data');
    if (fault === 'hold_packet') {
      this.held.push({ upstream, packet });
      client.destroy();
    }
    if (fault === 'lose_answer') {
      upstream.once('data', () => client.destroy());
      upstream.write(packet);
    }
  }

  private take(): ProxyFault | null {
    const fault = this.fault;
    this.fault = null;
    return fault;
  }
}
