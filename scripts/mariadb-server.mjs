/**
 * Sees to a MariaDB server program for the suites that need one. Only programs are installed: no service of the system is set up or started, the
 * suites run a private server on a free port with its data in a temporary folder.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { say } from './say.mjs';

/** Debian keeps the server in /usr/sbin, Homebrew its programs in /opt/homebrew: neither is on everybody's PATH. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/usr/libexec', '/opt/homebrew/bin'];

/** Ways to get the programs, by the package manager that is found. `needsRoot`: run as root, or by sudo where that asks no password. */
const ways = [
  {
    program: 'apt-get',
    needsRoot: true,
    steps: [['update'], ['install', '-y', '--no-install-recommends', 'mariadb-server-core', 'mariadb-client-core']],
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    byHand: 'sudo apt-get install --no-install-recommends mariadb-server-core mariadb-client-core',
  },
  { program: 'dnf', needsRoot: true, steps: [['install', '-y', 'mariadb-server']], byHand: 'sudo dnf install mariadb-server' },
  { program: 'apk', needsRoot: true, steps: [['add', 'mariadb', 'mariadb-client']], byHand: 'sudo apk add mariadb mariadb-client' },
  { program: 'brew', needsRoot: false, steps: [['install', 'mariadb']], byHand: 'brew install mariadb' },
];

/**
 * True when a private MariaDB can be started here, after trying to install it when it was missing. Says what it does, before it does it.
 * `folders` are searched after those of PATH.
 */
export function provideMariadb(folders = FOLDERS) {
  const find = (program) => findProgram(program, folders);
  const isInstalled = () =>
    (find('mariadbd') ?? find('mysqld')) !== null && (find('mariadb-install-db') ?? find('mysql_install_db')) !== null;
  if (isInstalled()) return true;
  const way = ways.find(({ program }) => find(program) !== null);
  const command = way === undefined ? null : asRoot(way, find);
  if (command !== null) {
    say('test', `MariaDB is missing: installing it with ${way.program} (programs only, no service): ${way.byHand}`);
    const done = way.steps.every((step) => run([...command, ...step], way.env));
    if (done && isInstalled()) return true;
    say('test', `${way.program} did not manage`);
  }
  sayWhatIsSkipped(way);
  return false;
}

function sayWhatIsSkipped(way) {
  const bar = '!'.repeat(100);
  const how = way === undefined ? 'Install a MariaDB server (10.6 or newer)' : `To run them: ${way.byHand}`;
  process.stderr.write(
    `${bar}\n!! No MariaDB here: every suite that runs on MariaDB will be SKIPPED; SQLite and memory are still tested.\n!! ${how}\n${bar}\n`,
  );
}

function asRoot({ program, needsRoot }, find) {
  if (!needsRoot || userInfo().uid === 0) return [program];
  if (find('sudo') !== null && run(['sudo', '-n', 'true'])) return ['sudo', '-n', program];
  return null;
}

/** Its output goes to standard error; it is given no input, so that it can never sit and wait for an answer. Ten minutes at most. */
function run([program, ...args], env = {}) {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env }, timeout: 600_000 });
  return status === 0;
}

function findProgram(program, folders) {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...folders].filter((folder) => folder !== '');
  return places.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
