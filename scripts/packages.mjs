/** Installs the packages the lock file names, when they are not there. Needs nothing but Node and npm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { giveUp, say } from './say.mjs';

/** Says for which lock file and which Node the packages were installed. It goes when npm empties the folder. */
const stamp = join(root, 'node_modules/.assent-installed');

/** Installs exactly what the lock file says, unless that has been done. Returns how long it took in seconds, 0 when nothing was to do. */
export function installPackages(name) {
  if (packagesAreThere()) return 0;
  const startedMs = Date.now();
  say(name, 'installing packages, about a minute (only the first time)');
  const npm = spawnSync('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (npm.status !== 0) giveUp(name, whyNpmFailed(npm));
  writeFileSync(stamp, stampWanted());
  return Math.max(1, Math.round((Date.now() - startedMs) / 1000));
}

/**
 * True when what is installed is what the lock file asks for. npm leaves `node_modules/.package-lock.json` at the very end of an install, so that
 * half an install does not count. Packages that are for other machines or another Node are missing there: all of them are optional, so that only the
 * stamp of an earlier install here can say that one of them is wanted.
 */
export function packagesAreThere() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') !== stampWanted()) return false;
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || present[path]?.version === version);
}

function stampWanted() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.versions.modules}\n`;
}

/** What stood in npm's way, by the code in its message, and what to do about it. */
const REASONS = [
  [/ENOSPC/, () => 'the disk is full: make room (about 500 MB), then try again'],
  [/EACCES|EROFS/, (line) => `npm may not write here: ${line}. Make the folder yours, then try again`],
  [
    /ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN/,
    (line) => `npm could not reach its registry: ${line}. Check the network and \`npm config get registry\`, then try again`,
  ],
  [/./, (line) => `npm ci failed: ${line}. Run \`npm ci\` to see all of it`],
];

function whyNpmFailed({ error, stderr }) {
  if (error?.code === 'ENOENT') return 'npm was not found: install it beside Node, then try again';
  const lines = `${stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
  for (const [code, words] of REASONS) {
    const line = lines.find((candidate) => code.test(candidate));
    if (line !== undefined) return words(line.replace(/^npm (error|ERR!) /, ''));
  }
  return `npm ci ended with ${error?.message ?? 'no word'}. Run \`npm ci\` to see why`;
}
