/** Starts the processes a benchmark is made of, and stops them whatever happens. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { freePort } from '../../support/mariadb.js';
import type { Behaviour, Traffic } from './scripted-participant.js';

const dist = fileURLToPath(new URL('../../..', import.meta.url));
const READY_WITHIN_MS = 60_000;
const KILL_AFTER_MS = 30_000;

export interface Running {
  readonly baseUrl: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface NoOpParticipant extends Running {
  /** Calls since its start. */
  calls(): Promise<number>;
}

export interface ScriptedParticipant extends Running {
  /** Returns when it holds; counts begin again. */
  behave(behaviour: Behaviour): Promise<void>;
  traffic(): Promise<Traffic>;
}

export interface CoordinatorOptions {
  /** Default: one of its own. */
  readonly nodeName?: string;
  /** Where its CPU profile is written when it ends; default: none is taken. */
  readonly profileFolder?: string | null;
  /** What it is told beside. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface App {
  readonly name: 'coordinator' | 'order' | 'inventory' | 'payment';
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly readyPath: string;
  /** Its working directory; its log is there. */
  readonly home: string;
  /** Options of Node. */
  readonly nodeOptions?: readonly string[];
}

/** Starts the no-op participant and waits until it listens. */
export async function startNoOpParticipant(): Promise<NoOpParticipant> {
  const running = await startParticipant('no-op-participant');
  return { ...running, calls: async () => ((await ask(running.process, 'calls')) as { calls: number }).calls };
}

/** Starts a participant that does what it is told, and waits until it listens. */
export async function startScriptedParticipant(): Promise<ScriptedParticipant> {
  const running = await startParticipant('scripted-participant');
  return {
    ...running,
    async behave(behaviour) {
      await ask(running.process, behaviour);
    },
    traffic: async () => (await ask(running.process, 'traffic')) as Traffic,
  };
}

/** Starts a coordinator from the build, in its shipped configuration but for what is given, and waits until it is ready (at most 60 s). */
export async function startCoordinator(
  databaseUrl: string,
  participants: Readonly<Record<string, string>>,
  options: CoordinatorOptions = {},
): Promise<Running> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'assent-bench-'));
  const env = {
    ...coordinatorEnvironment(port, databaseUrl, participants),
    ASSENT_NODE_NAME: options.nodeName ?? `bench-${port}`,
    ASSENT_KEYS_FILE: join(home, 'keys.json'),
    ...options.env,
  };
  const { profileFolder = null } = options;
  const nodeOptions = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const running = await startApp({ name: 'coordinator', env, port, readyPath: '/health/ready', home, nodeOptions });
  return {
    ...running,
    async stop() {
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a coordinator must be told; all else is as shipped. */
export function coordinatorEnvironment(
  port: number,
  databaseUrl: string,
  participants: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    ASSENT_MODE: 'development',
    ASSENT_HTTP_PORT: String(port),
    ASSENT_DATABASE_URL: databaseUrl,
    ASSENT_PARTICIPANTS: Object.entries(participants)
      .map(([name, url]) => `${name}=${url}`)
      .join(','),
  };
}

/** Starts an app from the build and waits until it is ready (at most 60 s). Throws an Error that ends with the end of its log. */
export async function startApp({ name, env, port, readyPath, home, nodeOptions = [] }: App): Promise<Running> {
  const logFile = join(home, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = fork(join(dist, `apps/${name}/src/main.js`), [], {
    stdio: ['ignore', log, log, 'ipc'],
    cwd: home,
    execArgv: [...process.execArgv, ...nodeOptions],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  endWithThisProcess(child);
  const baseUrl = `http://127.0.0.1:${port}`;
  await untilReady(`${baseUrl}${readyPath}`, child, logFile);
  return { baseUrl, process: child, stop: () => end(child, 'SIGTERM') };
}

/** Starts the no-op participant over NATS and waits until it listens; it has no URL of its own. */
export async function startNatsParticipant(natsUrl: string): Promise<{ stop(): Promise<void> }> {
  const child = fork(join(dist, 'test/bench/src/nats-no-op-participant.js'), [natsUrl]);
  endWithThisProcess(child);
  await answerOf(child);
  return { stop: () => end(child, 'SIGKILL') };
}

async function startParticipant(program: string): Promise<Running> {
  const port = await freePort();
  const child = fork(join(dist, `test/bench/src/${program}.js`), [String(port)]);
  endWithThisProcess(child);
  await answerOf(child);
  return { baseUrl: `http://127.0.0.1:${port}`, process: child, stop: () => end(child, 'SIGKILL') };
}

function endWithThisProcess(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
}

/** One question at a time: the next message is the answer. */
async function ask(child: ChildProcess, question: Behaviour | 'traffic' | 'calls'): Promise<unknown> {
  const answer = answerOf(child);
  child.send(question);
  return answer;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the participant has ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.removeListener('exit', ended);
      resolve(message);
    });
  });
}

async function untilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${url} ended with code ${child.exitCode}: ${lastLines(logFile)}`);
    const answer = await request(url).catch(() => null);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} was not ready within ${READY_WITHIN_MS / 1_000} s: ${lastLines(logFile)}`);
}

/** The folder that the log is in is gone when somebody reads about it. */
function lastLines(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-2_000);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  child.kill('SIGCONT');
  const overdue = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(overdue);
}
