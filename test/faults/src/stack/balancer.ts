/**
 * What a load balancer does for coordinators: every connection goes to the next node that accepts one, so that transactions begin at all of them and a node
 * that is gone is not asked. It knows nothing of HTTP, and of no node's health beyond that.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const loopback = '127.0.0.1';

export class Balancer {
  private readonly listener = createServer((client) => this.accept(client));
  private readonly sockets = new Set<Socket>();
  private next = 0;

  private constructor(private targets: readonly number[]) {}

  /** Listens on a free port of this machine; `port` is the first node's. */
  static async open(port: number): Promise<Balancer> {
    const balancer = new Balancer([port]);
    await new Promise<void>((resolve) => balancer.listener.listen(0, loopback, resolve));
    return balancer;
  }

  get url(): string {
    return `http://${loopback}:${(this.listener.address() as AddressInfo).port}`;
  }

  /** From now on connections go to the nodes on these ports in turn. Those that are open stay where they are. */
  spreadOver(ports: readonly number[]): void {
    this.targets = ports;
  }

  /** Cuts what is open, so that callers connect anew, to all of the nodes. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    this.keep(client);
    this.next += 1;
    const first = this.next % this.targets.length;
    this.reach(client, [...this.targets.slice(first), ...this.targets.slice(0, first)]);
  }

  private reach(client: Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const node = connect(port, loopback);
    this.keep(node);
    const tryNext = () => this.reach(client, others);
    node.once('error', tryNext);
    node.once('connect', () => {
      node.off('error', tryNext);
      for (const [one, other] of [
        [client, node],
        [node, client],
      ] as const) {
        one.setNoDelay(true);
        one.once('close', () => other.destroy());
        one.pipe(other);
      }
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // A connection that breaks is closed, and that is all there is to it.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
