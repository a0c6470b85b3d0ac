/**
 * Sees to a server program that is not an npm package, by the package manager of the system. Only programs are wanted: no service of the system is
 * started, whoever needs the program runs a private server on a free port with its data in a temporary folder.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { say } from './say.mjs';

/** Debian keeps servers in /usr/sbin, Homebrew its programs in /opt/homebrew: neither is on everybody's PATH. */
export const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/usr/libexec', '/opt/homebrew/bin'];

/** How a package manager installs. `needsRoot`: run as root, or by sudo where that asks no password. */
const managers = {
  'apt-get': {
    needsRoot: true,
    install: (packages) => [['update'], ['install', '-y', '--no-install-recommends', ...packages]],
    byHand: (packages) => `sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    // systemctl then leaves the running system alone: a package that brings a service may not start it.
    env: { DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' },
  },
  dnf: {
    needsRoot: true,
    install: (packages) => [['install', '-y', ...packages]],
    byHand: (packages) => `sudo dnf install ${packages.join(' ')}`,
  },
  apk: { needsRoot: true, install: (packages) => [['add', ...packages]], byHand: (packages) => `sudo apk add ${packages.join(' ')}` },
  brew: { needsRoot: false, install: (packages) => [['install', ...packages]], byHand: (packages) => `brew install ${packages.join(' ')}` },
};

/**
 * Tries to install what is missing, and says what it does before it does it. `server`: `title`; `packages` by package manager, in the order they
 * are tried; `isInstalled(find)`, given a search for one program. Returns `{ installed, byHand }`; `byHand` is the command for a person, or
 * undefined where no package manager is known.
 */
export function provide(server, speaker, folders = FOLDERS) {
  const find = (program) => findProgram(program, folders);
  if (server.isInstalled(find)) return { installed: true };
  const name = Object.keys(server.packages).find((manager) => find(manager) !== null);
  if (name === undefined) return { installed: false };
  const manager = managers[name];
  const packages = server.packages[name];
  const byHand = manager.byHand(packages);
  const command = asRoot(name, manager, find);
  if (command === null) return { installed: false, byHand };
  say(speaker, `${server.title} is missing: installing it with ${name} (programs only, no service is started): ${byHand}`);
  const done = manager.install(packages).every((step) => run([...command, ...step], manager.env));
  if (done && server.isInstalled(find)) return { installed: true };
  say(speaker, `${name} did not manage`);
  return { installed: false, byHand };
}

/** The path of an installed program, or null; `folders` are searched after those of PATH. */
export function findProgram(program, folders = FOLDERS) {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...folders].filter((folder) => folder !== '');
  return places.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

/** Says in a frame nobody overlooks what will not be tested, and how to change that. */
export function sayWhatIsSkipped(what, how) {
  const bar = '!'.repeat(100);
  process.stderr.write(`${bar}\n!! ${what}\n!! ${how}\n${bar}\n`);
}

/** sudo does not hand on the environment, so it is written into the command. */
function asRoot(name, { needsRoot, env = {} }, find) {
  if (!needsRoot || userInfo().uid === 0) return [name];
  const assignments = Object.entries(env).map(([variable, value]) => `${variable}=${value}`);
  return find('sudo') !== null && run(['sudo', '-n', 'true']) ? ['sudo', '-n', ...assignments, name] : null;
}

/** Its output goes to standard error; it is given no input, so that it can never sit and wait for an answer. Ten minutes at most. */
function run([program, ...args], env = {}) {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env }, timeout: 600_000 });
  return status === 0;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
