/** Starts the processes a benchmark is made of, and stops them whatever happens. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { freePort } from '../../support/mariadb.js';

const dist = fileURLToPath(new URL('../../..', import.meta.url));

export interface Running {
  readonly baseUrl: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts the no-op participant and waits until it listens. */
export async function startNoOpParticipant(): Promise<Running> {
  const port = await freePort();
  const child = fork(join(dist, 'test/bench/src/no-op-participant.js'), [String(port)]);
  await new Promise((resolve) => child.once('message', resolve));
  return { baseUrl: `http://127.0.0.1:${port}`, process: child, stop: () => end(child, 'SIGKILL') };
}

/** Starts a coordinator from the build, in its shipped configuration but for what is given, and waits until it is ready (at most 60 s). */
export async function startCoordinator(databaseUrl: string, participants: Readonly<Record<string, string>>): Promise<Running> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'assent-bench-'));
  const log = openSync(join(home, 'coordinator.log'), 'a');
  const child = fork(join(dist, 'apps/coordinator/src/main.js'), [], {
    stdio: ['ignore', log, log, 'ipc'],
    cwd: home,
    env: {
      ...process.env,
      ASSENT_MODE: 'development',
      ASSENT_HTTP_PORT: String(port),
      ASSENT_DATABASE_URL: databaseUrl,
      ASSENT_NODE_NAME: `bench-${port}`,
      ASSENT_KEYS_FILE: join(home, 'keys.json'),
      ASSENT_PARTICIPANTS: Object.entries(participants)
        .map(([name, url]) => `${name}=${url}`)
        .join(','),
    },
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  await untilReady(baseUrl, child, join(home, 'coordinator.log'));
  return {
    baseUrl,
    process: child,
    async stop() {
      await end(child, 'SIGTERM');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function untilReady(baseUrl: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the coordinator ended with code ${child.exitCode}: see ${logFile}`);
    const answer = await request(`${baseUrl}/health/ready`).catch(() => null);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the coordinator was not ready within 60 s: see ${logFile}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const overdue = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(overdue);
}
