/** What has to be there before anything can run: a Node that is new enough, and the packages the lock file names. Needs nothing but Node. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveUp, say } from './say.mjs';

/** Ends with one line when this Node is too old. `name` is the script that asks. */
export function requireNode(root, name) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const older = present[0] < wanted[0] || (present[0] === wanted[0] && present[1] < wanted[1]);
  if (older) giveUp(name, `Node ${process.versions.node} is too old: Assent needs ${wanted.join('.')} or newer, see https://nodejs.org`);
}

/** Installs exactly what the lock file says, unless that has been done. Returns how long it took in seconds, 0 when nothing was to do. */
export function installPackages(root, name) {
  if (packagesAreThere(root)) return 0;
  const startedMs = Date.now();
  say(name, 'installing packages, about a minute (only the first time)');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (npm.status !== 0) giveUp(name, whyNpmFailed(npm));
  return Math.max(1, Math.round((Date.now() - startedMs) / 1000));
}

/**
 * npm leaves `node_modules/.package-lock.json` at the very end of an install, so that half an install does not count. Packages that are for other
 * machines are missing there: all of them are optional.
 */
function packagesAreThere(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || present[path]?.version === version);
}

function whyNpmFailed({ error, stderr }) {
  if (error?.code === 'ENOENT') return 'npm was not found: install it beside Node, then try again';
  const reason =
    stderr.split('\n').find((line) => /ENOSPC|EACCES|EROFS|ENOTFOUND|ETIMEDOUT|ECONNREFUSED|EAI_AGAIN/.test(line)) ??
    stderr.trim().split('\n')[0];
  if (/ENOSPC/.test(stderr)) return 'the disk is full: make room (about 500 MB), then try again';
  if (/EACCES|EROFS/.test(stderr)) return `npm may not write here: ${reason}. Make the folder yours, then try again`;
  if (/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|EAI_AGAIN/.test(stderr))
    return `npm could not reach its registry: ${reason}. Check the network or \`npm config get registry\`, then try again`;
  return `npm ci failed: ${reason}. Run \`npm ci\` to see all of it`;
}
