/**
 * The way to a service in a network namespace. It listens on loopback alone and answers only to that name, so a port of this machine leads to a forwarder
 * inside, and that to the same port of the loopback there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.js';
import type { NetworkNamespace } from './network-namespace.js';

export class Gateway {
  private readonly killOnExit = () => {
    this.inside.kill('SIGKILL');
  };

  private constructor(
    private readonly outside: TcpProxy,
    private readonly inside: ChildProcess,
  ) {
    process.once('exit', this.killOnExit);
  }

  /** Leads `port` of this machine to `port` of the namespace's loopback. */
  static async open({ insideAddress, commandPrefix }: NetworkNamespace, port: number): Promise<Gateway> {
    const outside = await startTcpProxy(port, { host: '127.0.0.1', port }, insideAddress);
    const forward = fileURLToPath(new URL('./forward.js', import.meta.url));
    const command = [...commandPrefix, process.execPath, forward, insideAddress, String(port), String(port)];
    return new Gateway(outside, spawn(command[0]!, command.slice(1), { stdio: 'ignore' }));
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.killOnExit);
    this.killOnExit();
    await this.outside.close();
  }
}
