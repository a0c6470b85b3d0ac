/** A private MariaDB that can be killed and comes back where it was, with its data. */
import { type MariadbOptions, type MariadbServer, startMariadb } from '../../../support/mariadb.js';

export class Mariadb {
  private constructor(
    private server: MariadbServer,
    private readonly options: MariadbOptions,
  ) {}

  static async start(options: MariadbOptions = {}): Promise<Mariadb> {
    return new Mariadb(await startMariadb(options), options);
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  get dataDir(): string {
    return this.server.dataDir;
  }

  /** As a power cut of the server's process. Returns when it is gone. */
  async killHard(): Promise<void> {
    await this.server.kill('SIGKILL');
  }

  /** True when the server's process is gone, whatever ended it. */
  get hasEnded(): boolean {
    const { exitCode, signalCode } = this.server.process;
    return exitCode !== null || signalCode !== null;
  }

  /** Starts it again on its data and port, and waits until it answers. */
  async restart(): Promise<void> {
    const { dataDir, port } = this.server;
    this.server = await startMariadb({ ...this.options, dataDir, port });
  }

  pause(): void {
    this.server.process.kill('SIGSTOP');
  }

  resume(): void {
    this.server.process.kill('SIGCONT');
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    this.resume();
    await this.server.stop();
  }
}
