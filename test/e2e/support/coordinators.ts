/** Coordinators inside the test's own process, on databases of their own, spoken to over real HTTP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { readConfiguration } from '../../../apps/coordinator/src/configuration/index.js';
import { Coordinator } from '../../../apps/coordinator/src/coordinator.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // The shape is what the tests are about.
  readonly body: Readonly<Record<string, never>> & Record<string, unknown>;
}

export interface TestCoordinator {
  readonly url: string;
  readonly keysFile: string;
  readonly coordinator: Coordinator;
  key(participant: string): string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

/** A folder that is removed at the end of the suite. */
export interface TestFolder {
  readonly path: string;
  remove(): void;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'assent-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a coordinator on `databaseUrl` and, unless told otherwise, waits until it is ready. */
export async function startCoordinator(
  folder: TestFolder,
  environment: Readonly<Record<string, string>>,
  readiness: 'ready' | 'listening' = 'ready',
): Promise<TestCoordinator> {
  const keysFile = join(folder.path, 'keys.json');
  const configuration = readConfiguration({
    ASSENT_MODE: 'development',
    ASSENT_HTTP_PORT: '0',
    ASSENT_DATABASE_URL: `sqlite:${join(folder.path, 'coordinator.sqlite')}`,
    ASSENT_KEYS_FILE: keysFile,
    ASSENT_LOG_LEVEL: 'silent',
    ASSENT_DRAIN_MS: '2000',
    ASSENT_NODE_NAME: 'e2e',
    ...environment,
  });
  const coordinator = await Coordinator.start(configuration);
  const started: TestCoordinator = {
    url: coordinator.url,
    keysFile,
    coordinator,
    key: (participant) => (JSON.parse(readFileSync(keysFile, 'utf8')) as Record<string, string>)[participant] ?? '',
    get: (path) => send(coordinator.url, 'GET', path),
    post: (path, body, headers) => send(coordinator.url, 'POST', path, body, headers),
    stop: () => coordinator.stop(),
  };
  if (readiness === 'listening') return started;
  const ready = until('the coordinator is ready', async () => (await started.get('/health/ready')).status === 200);
  const failed = coordinator.failed.then((line) => {
    throw new Error(line);
  });
  await Promise.race([ready, failed]);
  return started;
}

/** One request, and its answer whatever its status. */
export async function send(
  url: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await request(url + path, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: parsed(text) as Answer['body'] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

/** Waits until `condition` holds; fails with its name after `withinMs`. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
