/** One coordinator of the cluster: a process from the build, under a name and on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

const main = fileURLToPath(new URL('../../../apps/coordinator/src/main.js', import.meta.url));
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** After the drain of a coordinator, which it bounds itself. */
const KILL_AFTER_MS = 30_000;

export interface NodeOptions {
  readonly name: string;
  readonly port: number;
  /** Where its keys and its log go. */
  readonly home: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export class CoordinatorNode {
  readonly url: string;
  readonly logFile: string;
  /** How it ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private end: number | NodeJS.Signals | null = null;
  private lastComplaint = '';
  private readonly child: ChildProcess;

  constructor(private readonly options: NodeOptions) {
    const { name, port, home, databaseUrl, environment } = options;
    this.url = `http://127.0.0.1:${port}`;
    this.logFile = join(home, `${name}.log`);
    // In a group of its own: Ctrl-C is for the cluster, which stops its nodes in order.
    this.child = spawn(process.execPath, ['--enable-source-maps', main], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...environment,
        ASSENT_MODE: 'development',
        ASSENT_NODE_NAME: name,
        ASSENT_HTTP_PORT: String(port),
        ASSENT_DATABASE_URL: databaseUrl,
        ASSENT_KEYS_FILE: join(home, 'keys.json'),
      },
    });
    this.child.stdout?.pipe(createWriteStream(this.logFile, { flags: 'a' }));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lastComplaint = text.trim();
    });
    const killOnExit = () => this.child.kill('SIGKILL');
    process.once('exit', killOnExit);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        process.removeListener('exit', killOnExit);
        const end = code ?? signal ?? 1;
        this.end = end;
        resolve(end);
      });
    });
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until it accepts transactions. Throws an Error with one line that says why it does not. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (performance.now() < deadline) {
      if (this.end !== null) throw new Error(`${this.name} ended with ${this.end}: ${this.lastComplaint}`);
      const answer = await request(`${this.url}/health/ready`).catch(() => null);
      await answer?.body.dump();
      if (answer?.statusCode === 200) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`${this.name} was not ready within ${READY_WITHIN_MS / 1_000} s; its log is ${this.logFile}`);
  }

  /** Lets it drain, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.end !== null) return;
    this.child.kill('SIGTERM');
    // It may have been stopped by whoever tries the cluster out.
    this.child.kill('SIGCONT');
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(overdue);
  }
}
