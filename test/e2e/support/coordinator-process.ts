/** A coordinator as a process of its own, for what only a process can show: signals, exit codes, a kill -9. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, send, type TestFolder, until } from './coordinators.js';

const main = fileURLToPath(new URL('../../../apps/coordinator/src/main.ts', import.meta.url));
const typescript = new URL('./typescript.mjs', import.meta.url).href;

export class CoordinatorProcess {
  /** What it wrote to standard output and to standard error. */
  output = '';
  complaints = '';
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    const killOnExit = () => child.kill('SIGKILL');
    process.once('exit', killOnExit);
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        process.removeListener('exit', killOnExit);
        resolve(code ?? (signal as NodeJS.Signals));
      });
    });
  }

  /** Starts it with its state in `folder`; returns before it listens. */
  static spawn(folder: TestFolder, port: number, environment: Readonly<Record<string, string>>): CoordinatorProcess {
    const child = spawn(process.execPath, ['--import', typescript, main], {
      env: {
        PATH: process.env.PATH ?? '',
        ASSENT_MODE: 'development',
        ASSENT_HTTP_PORT: String(port),
        ASSENT_DATABASE_URL: `sqlite:${join(folder.path, 'coordinator.sqlite')}`,
        ASSENT_KEYS_FILE: join(folder.path, 'keys.json'),
        ASSENT_NODE_NAME: 'e2e',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new CoordinatorProcess(child, `http://127.0.0.1:${port}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get(path: string): Promise<Answer> {
    return send(this.url, 'GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return send(this.url, 'POST', path, body);
  }

  /** Waits until it accepts transactions; fails with what it complained of when it ends before. */
  async ready(): Promise<void> {
    let code: number | NodeJS.Signals | null = null;
    void this.ended.then((ended) => {
      code = ended;
    });
    await until('the process is ready', async () => {
      if (code !== null) throw new Error(`It ended with ${code}: ${this.complaints}`);
      return (await this.get('/health/ready').catch(() => null))?.status === 200;
    });
  }
}
