/**
 * A private MariaDB on a free port with its data in a temporary folder, for tests, the benchmark and fault scripts.
 * No network beyond loopback, no password, nothing of the system's own server is touched.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';

/** A port nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The path of an installed server program, or null. Debian keeps `mariadbd` in /usr/sbin, which is not on everybody's PATH. */
export function findProgram(...names) {
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
export function mariadbIsInstalled() {
  return findProgram('mariadbd', 'mysqld') !== null && findProgram('mariadb-install-db', 'mysql_install_db') !== null;
}

/**
 * Starts a server and waits until it answers (at most 30 s). `args` are further server options. `port` and `dataDir` restart an earlier one.
 * Returns `{ url, port, dataDir, process, kill(signal), stop() }`; `stop` ends the server and removes its data.
 */
export async function startMariadb({ args = [], port, dataDir } = {}) {
  const server = findProgram('mariadbd', 'mysqld');
  if (server === null) throw new Error('MariaDB is not installed');
  const home = dataDir ?? mkdtempSync(join(tmpdir(), 'assent-mariadb-'));
  const asRoot = userInfo().uid === 0 ? ['--user=root'] : [];
  if (!existsSync(join(home, 'mysql'))) {
    execFileSync(
      findProgram('mariadb-install-db', 'mysql_install_db'),
      ['--no-defaults', `--datadir=${home}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...asRoot],
      { stdio: 'ignore' },
    );
  }
  const chosenPort = port ?? (await freePort());
  const child = spawn(
    server,
    [
      '--no-defaults',
      ...asRoot,
      `--datadir=${home}`,
      `--socket=${join(home, 'server.sock')}`,
      `--pid-file=${join(home, 'server.pid')}`,
      `--port=${chosenPort}`,
      '--bind-address=127.0.0.1',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=1',
      '--innodb-buffer-pool-size=256M',
      '--max-connections=500',
      '--max-allowed-packet=64M',
      '--character-set-server=utf8mb4',
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `mysql://root@127.0.0.1:${chosenPort}`;
  await untilItAnswers(url, child);
  return {
    url,
    port: chosenPort,
    dataDir: home,
    process: child,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended;
    },
    async stop() {
      process.removeListener('exit', killOnExit);
      child.kill('SIGKILL');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(url, child) {
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
