/** One process of the stack: started, watched, started again when it falls, stopped in the end. Its output goes to a log file of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastWords } from './last-words.js';

export interface ProcessOptions {
  readonly name: string;
  /** The built `main.js`. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Answers 200 as soon as the process can be used. */
  readonly readyUrl: string;
}

/** What became of a process that fell too often or never came up; `message` is one line for people. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;
const BETWEEN_LOOKS_MS = 50;
/** Falls that are mended, beside those the demo itself asked for. A process that falls more often has a reason. */
const MENDED_FALLS = 3;

/** A log that has grown beyond this starts anew with its process. */
const LARGEST_LOG_BYTES = 50_000_000;

const lifeline = new URL('./lifeline.js', import.meta.url).href;

export class ManagedProcess {
  readonly name: string;
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private isUp = false;
  private falls = 0;
  /** Where in the log file the present process began to write. */
  private logFrom = 0;
  private isWanted = false;
  private failed: (error: ProcessFailedError) => void = () => undefined;

  constructor(private readonly options: ProcessOptions) {
    this.name = options.name;
  }

  /** Called once when the process cannot be kept up. */
  onFailure(failed: (error: ProcessFailedError) => void): void {
    this.failed = failed;
  }

  /** Starts the process and waits until it can be used. Throws `ProcessFailedError` when it ends before that, or takes longer than 30 s. */
  async start(): Promise<void> {
    this.isWanted = true;
    const child = this.spawn();
    await this.untilReady(child);
    this.isUp = true;
  }

  /** Lets it accept connections and answer nobody for a while. */
  hang(ms: number): void {
    this.child?.stdin?.write(`hang ${ms}\n`);
  }

  /** Ends it as a power cut would; it stays down until `start`. */
  async killHard(): Promise<void> {
    this.isWanted = false;
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it in order, and after 15 s without. */
  async stop(): Promise<void> {
    this.isWanted = false;
    this.child?.kill('SIGTERM');
    const impatience = setTimeout(() => this.child?.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(impatience);
  }

  private spawn(): ChildProcess {
    mkdirSync(dirname(this.options.logFile), { recursive: true });
    const log = openSync(this.options.logFile, sizeOf(this.options.logFile) > LARGEST_LOG_BYTES ? 'w' : 'a');
    this.logFrom = sizeOf(this.options.logFile);
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', lifeline, this.options.entry], {
      // Standard input is the lifeline. Ctrl-C reaches only the demo, which stops the others in order: hence a group of their own.
      stdio: ['pipe', log, log],
      detached: true,
      env: { ...process.env, ...this.options.env },
    });
    closeSync(log);
    child.stdin?.on('error', () => undefined);
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => {
        const fell = this.isWanted && this.isUp;
        this.isUp = false;
        this.child = null;
        resolve();
        if (fell) this.mend();
      });
    });
    return child;
  }

  private mend(): void {
    this.falls += 1;
    if (this.falls > MENDED_FALLS) this.failed(this.failure(`ended ${this.falls} times`));
    else this.start().catch((error: unknown) => this.failed(error instanceof ProcessFailedError ? error : this.failure(String(error))));
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const deadlineMs = Date.now() + READY_WITHIN_MS;
    while (!(await answers(this.options.readyUrl))) {
      if (child !== this.child) throw this.failure('ended before it was ready');
      if (Date.now() > deadlineMs) throw this.failure(`was not ready within ${READY_WITHIN_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    }
  }

  private failure(what: string): ProcessFailedError {
    const { logFile } = this.options;
    return new ProcessFailedError(`${this.name} ${what}: ${lastWords(logFile, this.logFrom)} (all of it in ${logFile})`);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The built entry of an app, beside this one. */
export function entryOf(app: string): string {
  return fileURLToPath(new URL(`../../../${app}/src/main.js`, import.meta.url));
}
