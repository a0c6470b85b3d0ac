/** A private Prometheus on a free port with its data in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort } from './mariadb.ts';

export interface PrometheusServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What answers one query: series with their values. */
export interface QueryAnswer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

const START_WITHIN_MS = 30_000;

/** True when this machine can run a private Prometheus. */
export function prometheusIsInstalled(): boolean {
  return findProgram('prometheus') !== null;
}

/** Starts a server on this configuration (YAML) and waits until it answers, at most 30 s. */
export async function startPrometheus(configuration: string): Promise<PrometheusServer> {
  const program = findProgram('prometheus');
  if (program === null) throw new Error('prometheus is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'assent-prometheus-'));
  writeFileSync(join(folder, 'prometheus.yml'), configuration);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const options = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(program, options, { stdio: 'ignore' });
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      process.removeListener('exit', killOnExit);
      resolve();
    }),
  );
  await untilItAnswers(url, child);
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a query over a time range, as a panel does. Times in seconds since the epoch. */
export async function queryRange(url: string, query: string, range: { start: number; end: number; step: number }): Promise<QueryAnswer> {
  const { start, end, step } = range;
  const body = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) });
  return (await (await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })).json()) as QueryAnswer;
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await fetch(`${url}/-/ready`).catch(() => null))?.ok) {
    if (child.exitCode !== null) throw new Error(`prometheus ended at once with code ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`prometheus did not answer within ${START_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
