/**
 * A private MariaDB on a free port with its data in a temporary folder, for tests, the benchmark and fault scripts.
 * No network beyond loopback, no password, nothing of the system's own server is touched.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';

export interface MariadbServer {
  /** `mysql://root@127.0.0.1:port`, without a database. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Sends a signal; after SIGKILL or SIGTERM waits until the server is gone. The data stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export interface MariadbOptions {
  /** Further server options. */
  readonly args?: readonly string[];
  /** With `dataDir`: restarts an earlier server where it was. */
  readonly port?: number;
  readonly dataDir?: string;
}

/** A port nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The path of an installed server program, or null. Debian keeps `mariadbd` in /usr/sbin, which is not on everybody's PATH. */
export function findProgram(...names: readonly string[]): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/bin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
  for (const name of names) {
    const folder = folders.find((candidate) => candidate !== '' && existsSync(join(candidate, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return null;
}

/** True when this machine can run a private MariaDB. */
export function mariadbIsInstalled(): boolean {
  return findProgram('mariadbd', 'mysqld') !== null && findProgram('mariadb-install-db', 'mysql_install_db') !== null;
}

/** Starts a server and waits until it answers (at most 30 s). Throws when MariaDB is not installed or does not come up. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const server = findProgram('mariadbd', 'mysqld');
  const installer = findProgram('mariadb-install-db', 'mysql_install_db');
  if (server === null || installer === null) throw new Error('MariaDB is not installed');
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'assent-mariadb-'));
  const asRoot = userInfo().uid === 0 ? ['--user=root'] : [];
  mkdirSync(temporaryFolderIn(dataDir), { recursive: true });
  if (!existsSync(join(dataDir, 'mysql'))) {
    const folders = [`--datadir=${dataDir}`, `--tmpdir=${temporaryFolderIn(dataDir)}`];
    const install = ['--no-defaults', ...folders, '--auth-root-authentication-method=normal', '--skip-test-db', ...asRoot];
    execFileSync(installer, install, { stdio: 'ignore' });
  }
  const port = options.port ?? (await freePort());
  const child = spawn(server, [...noDefaultsFirst(asRoot), ...serverOptions(dataDir, port), ...(options.args ?? [])], { stdio: 'ignore' });
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      process.removeListener('exit', killOnExit);
      resolve();
    }),
  );
  const url = `mysql://root@127.0.0.1:${port}`;
  await untilItAnswers(url, child);
  return {
    url,
    port,
    dataDir,
    process: child,
    async kill(signal: NodeJS.Signals = 'SIGKILL') {
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** `--no-defaults` must be the first option of all. */
function noDefaultsFirst(asRoot: readonly string[]): string[] {
  return ['--no-defaults', ...asRoot];
}

/**
 * Of the server's own: a server that starts removes all temporary tables of its temporary folder, so that two that share one, as in two test runs side by
 * side, break each other. The dot keeps it from being taken for a database.
 */
function temporaryFolderIn(dataDir: string): string {
  return join(dataDir, '.tmp');
}

function serverOptions(dataDir: string, port: number): string[] {
  return [
    `--datadir=${dataDir}`,
    `--tmpdir=${temporaryFolderIn(dataDir)}`,
    `--socket=${join(dataDir, 'server.sock')}`,
    `--pid-file=${join(dataDir, 'server.pid')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-log-bin',
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-buffer-pool-size=256M',
    '--max-connections=500',
    '--max-allowed-packet=64M',
    '--character-set-server=utf8mb4',
  ];
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const connection = await mysql.createConnection({ uri: url, connectTimeout: 1_000 });
      await connection.end();
      return;
    } catch (cause) {
      if (child.exitCode !== null) throw new Error(`MariaDB ended at once with code ${child.exitCode}`, { cause });
      if (Date.now() > deadline) throw new Error('MariaDB did not answer within 30 s', { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
