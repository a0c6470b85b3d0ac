/**
 * A TCP proxy that can misbehave as networks do: cut a connection after the server has answered but before the client learns of it
 * (a lost acknowledgement), hold everything back (a silent partition), or refuse new connections (an outage).
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** How many acknowledgements were lost so far. */
  readonly lostAcknowledgements: number;
  /**
   * The next `count` packets from a client for which `matches` is true reach the server; its answer is swallowed and the connection is cut.
   * The server has done what it was told, and the client cannot know.
   */
  loseAcknowledgements(count: number, matches: (packet: Buffer) => boolean): void;
  /** Nothing passes in either direction until `heal`; connections stay open. */
  partition(): void;
  /** Cuts every connection and refuses new ones until `heal`. */
  goAway(): void;
  heal(): void;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** True for a packet of a MySQL client that ends its transaction with COMMIT: the whole flush travels in one packet. */
export function endsWithCommit(packet: Buffer): boolean {
  return /COMMIT;?\s*$/.test(packet.subarray(-16).toString('latin1'));
}

/** Where a proxy listens. */
export interface Listening {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Starts a proxy in front of `targetPort` of `targetHost` (default: this machine); by default on a free port of this machine. */
export async function startTcpProxy(
  targetPort: number,
  listening: Listening = { host: '127.0.0.1', port: 0 },
  targetHost = '127.0.0.1',
): Promise<TcpProxy> {
  const proxy = new MisbehavingProxy(targetPort, targetHost);
  await proxy.listen(listening);
  return proxy;
}

class MisbehavingProxy implements TcpProxy {
  lostAcknowledgements = 0;
  private readonly links = new Set<Link>();
  private readonly listener = createServer((client) => this.accept(client));
  private toLose = 0;
  private matches: (packet: Buffer) => boolean = () => false;
  private mode: 'open' | 'partitioned' | 'away' = 'open';

  constructor(
    private readonly targetPort: number,
    private readonly targetHost: string,
  ) {}

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  listen({ host, port }: Listening): Promise<void> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(port, host, () => resolve());
    });
  }

  loseAcknowledgements(count: number, matches: (packet: Buffer) => boolean): void {
    this.toLose = count;
    this.matches = matches;
  }

  partition(): void {
    this.mode = 'partitioned';
    for (const { client, server } of this.links) {
      client.pause();
      server.pause();
    }
  }

  goAway(): void {
    this.mode = 'away';
    for (const link of this.links) this.cut(link);
  }

  heal(): void {
    this.mode = 'open';
    for (const { client, server } of this.links) {
      client.resume();
      server.resume();
    }
  }

  async close(): Promise<void> {
    for (const link of this.links) this.cut(link);
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.mode === 'away') {
      client.destroy();
      return;
    }
    const server = connect(this.targetPort, this.targetHost);
    const link = { client, server };
    this.links.add(link);
    client.setNoDelay(true);
    server.setNoDelay(true);
    let losing = false;
    client.on('data', (packet: Buffer) => {
      if (this.toLose > 0 && this.matches(packet)) {
        this.toLose -= 1;
        losing = true;
      }
      server.write(packet);
    });
    server.on('data', (packet: Buffer) => {
      if (losing) {
        this.lostAcknowledgements += 1;
        this.cut(link);
      } else {
        client.write(packet);
      }
    });
    for (const socket of [client, server]) {
      socket.on('error', () => this.cut(link));
      socket.on('close', () => this.cut(link));
    }
    if (this.mode === 'partitioned') {
      client.pause();
      server.pause();
    }
  }

  private cut(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}
