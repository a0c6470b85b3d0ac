/**
 * A private NATS server on a free port with its JetStream data in a temporary folder, for tests, the benchmark and fault scripts.
 * No network beyond loopback, no password, nothing of the system's own server is touched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort } from './mariadb.js';

export interface NatsServer {
  /** `nats://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  /** Where JetStream keeps its data. */
  readonly storeDir: string;
  /** Sends a signal; after SIGKILL or SIGTERM waits until the server is gone. The data stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port and data, after `kill`. */
  restart(): Promise<void>;
  /** Throws away what JetStream kept, after `kill`: a lost disk. */
  wipe(): void;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export interface NatsOptions {
  /** Further server options. */
  readonly args?: readonly string[];
  readonly port?: number;
}

const START_WITHIN_MS = 15_000;

/** True when this machine can run a private NATS server. */
export function natsIsInstalled(): boolean {
  return natsProgram() !== null;
}

/** `describe` where a NATS server can be started, else a skipped one (the runner has said so loudly). */
export const describeOnNats = (name: string, suite: () => void): void => (natsIsInstalled() ? describe : describe.skip)(name, suite);

/** Starts a server and waits until it answers (at most 15 s). Throws when NATS is not installed or does not come up. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const server = new PrivateNats(options.port ?? (await freePort()), options.args ?? []);
  await server.restart();
  return server;
}

function natsProgram(): string | null {
  return findProgram('nats-server');
}

class PrivateNats implements NatsServer {
  readonly url: string;
  readonly storeDir = mkdtempSync(join(tmpdir(), 'assent-nats-'));
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {
    this.url = `nats://127.0.0.1:${port}`;
  }

  async restart(): Promise<void> {
    const program = natsProgram();
    if (program === null) throw new Error('nats-server is not installed');
    const options = ['--addr', '127.0.0.1', '--port', String(this.port), '--jetstream', '--store_dir', this.storeDir, ...this.args];
    const child = spawn(program, options, { stdio: 'ignore' });
    const killOnExit = () => child.kill('SIGKILL');
    process.once('exit', killOnExit);
    this.child = child;
    this.ended = new Promise((resolve) =>
      child.once('exit', () => {
        process.removeListener('exit', killOnExit);
        resolve();
      }),
    );
    await untilItAnswers(this.port, child);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child?.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await this.ended;
  }

  wipe(): void {
    rmSync(this.storeDir, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    // A stopped process does not notice SIGTERM.
    await this.kill('SIGKILL');
    this.wipe();
  }
}

async function untilItAnswers(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await greets(port))) {
    if (child.exitCode !== null) throw new Error(`nats-server ended at once with code ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`nats-server did not answer within ${START_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A NATS server speaks first: its INFO line. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (chunk) => {
      resolve(chunk.toString('latin1').startsWith('INFO '));
      socket.destroy();
    });
    socket.once('error', () => socket.destroy());
    socket.once('close', () => resolve(false));
  });
}
