/** One process of the stack: started from the build, killed and started again as a scenario demands. Its output goes to a file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

const dist = fileURLToPath(new URL('../../../..', import.meta.url));
const readyWithinMs = 60_000;

export interface ServiceOptions {
  readonly app: 'coordinator' | 'order' | 'inventory' | 'payment';
  /** Names its log file. */
  readonly label: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly baseUrl: string;
  readonly readyPath: string;
  /** The folder of another build; by default this one's. */
  readonly build?: string;
  /** Words before the command, for a process that lives somewhere else. */
  readonly commandPrefix?: readonly string[];
}

export class ServiceProcess {
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly options: ServiceOptions) {}

  get baseUrl(): string {
    return this.options.baseUrl;
  }

  get port(): number {
    return Number(new URL(this.options.baseUrl).port);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get logFile(): string {
    return join(this.options.home, `${this.options.label}.log`);
  }

  /** The end of its log: the folder it is in is gone when somebody reads about it. */
  private lastLines(): string {
    return readFileSync(this.logFile, 'utf8').slice(-2_000);
  }

  /** Starts the process with its environment, and `more` on top, and waits until it is ready (at most 60 s). */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.launch(more);
    await this.untilReady();
  }

  /** Starts the process without waiting for it. */
  launch(more: Readonly<Record<string, string>> = {}): void {
    const log = openSync(this.logFile, 'a');
    const entry = join(this.options.build ?? dist, `apps/${this.options.app}/src/main.js`);
    const command = [...(this.options.commandPrefix ?? []), process.execPath, '--enable-source-maps', entry];
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', log, log],
      cwd: this.options.home,
      env: { ...process.env, ...this.options.env, ...more },
    });
    closeSync(log);
    this.child = child;
    const killOnExit = () => child.kill('SIGKILL');
    process.once('exit', killOnExit);
    this.ended = new Promise((resolve) =>
      child.once('exit', () => {
        process.removeListener('exit', killOnExit);
        resolve();
      }),
    );
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + readyWithinMs;
    while (performance.now() < deadline) {
      if (!this.isRunning)
        throw new Error(`${this.options.app} ended with ${this.child?.exitCode ?? this.child?.signalCode}: ${this.lastLines()}`);
      const answer = await request(`${this.baseUrl}${this.options.readyPath}`).catch(() => null);
      await answer?.body.dump();
      if (answer?.statusCode === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.options.app} was not ready within ${readyWithinMs / 1_000} s: ${this.lastLines()}`);
  }

  /** As a power cut would: no handler runs. Returns when the process is gone. */
  async killHard(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  /** True from the start of the process until its end, stopped or not. */
  get isRunning(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves once the process has ended by itself, or after `withinMs`. Returns whether it has. */
  async endsWithin(withinMs: number): Promise<boolean> {
    const patience = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      void this.ended.then(() => clearTimeout(timer));
    });
    await Promise.race([this.ended, patience]);
    return !this.isRunning;
  }

  /** Resolves once the process has been stopped by a signal (its own, or another's), or after `withinMs`. Returns whether it is. */
  async isStoppedWithin(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      if (this.isStopped()) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.isStopped();
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** As the kernel sees it: state T of `/proc`, or of `ps` where there is none. */
  private isStopped(): boolean {
    if (!this.isRunning) return false;
    const pid = String(this.child?.pid);
    const state = existsSync('/proc/self/stat')
      ? readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '')
      : execFileSync('ps', ['-o', 'state=', '-p', pid], { encoding: 'latin1' });
    return state.startsWith('T');
  }

  /** SIGTERM, and after 30 s SIGKILL. Returns the exit code, or null after a kill. */
  async stop(): Promise<number | null> {
    const child = this.child;
    if (child === null || !this.isRunning) return child?.exitCode ?? null;
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await this.ended;
    clearTimeout(impatience);
    return child.exitCode;
  }
}
