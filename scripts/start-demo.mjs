/** Prepares a fresh clone for the demo and starts it in this process, so that Ctrl-C goes straight to it. */
import { readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { provideNats } from './nats-server.mjs';
import { installPackages, packagesAreThere } from './packages.mjs';
import { root } from './root.mjs';
import { giveUp, say } from './say.mjs';

/** Packages take 330 MB, the state of the demo under 20. */
const ROOM_TO_INSTALL_MB = 500;
const ROOM_TO_RUN_MB = 50;

/** What can stand in the way is looked at first, so that nobody waits a minute to learn it. */
export async function startDemo() {
  requireRoom();
  const runsNats = process.argv.includes('--nats') && (process.env.ASSENT_NATS_URL ?? '') === '';
  await requirePorts(firstPort(), runsNats ? [...NAMES, ...NATS_NAMES] : NAMES);
  if (runsNats) requireNats();
  const [installed, built] = trySteps();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const done = [installed > 0 && `installed in ${installed} s`, built > 0 && `built in ${built} s`].filter((part) => part !== false);
  say('assent', done.length > 0 ? `${done.join(', ')} (only the first time)` : `${version}, installed and built before`);
  process.setSourceMapsEnabled(true);
  process.chdir(root);
  await import(pathToFileURL(join(root, 'dist/apps/demo/src/main.js')).href);
}

function trySteps() {
  try {
    return [installPackages('assent'), build('assent')];
  } catch (failed) {
    if (failed.code === 'ENOSPC') giveUp('assent', 'the disk is full: make room, then try again');
    if (['EACCES', 'EPERM', 'EROFS'].includes(failed.code))
      giveUp('assent', `may not write to ${failed.path}: make the folder yours, then try again`);
    throw failed;
  }
}

function requireRoom() {
  const { bavail, bsize } = statfsSync(root);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  const neededMb = packagesAreThere() ? ROOM_TO_RUN_MB : ROOM_TO_INSTALL_MB;
  if (freeMb < neededMb) giveUp('assent', `only ${freeMb} MB free where ${root} is: make room for ${neededMb} MB, then try again`);
}

const NAMES = ['coordinator', 'order', 'inventory', 'payment'];
const NATS_NAMES = ['nats', 'nats monitoring'];

/** The demo takes four ports in a row, 4100 to 4103 unless told otherwise. */
function firstPort() {
  const asked = process.env.ASSENT_DEMO_PORT ?? '4100';
  const port = Number(asked);
  if (!Number.isInteger(port) || port < 1 || port > 65_530)
    giveUp('assent', `ASSENT_DEMO_PORT is "${asked}": it must be a port from 1 to 65530`);
  return port;
}

/** The demo runs a server of its own, by the program that is found or installed. */
function requireNats() {
  const { path, byHand } = provideNats('assent');
  if (path === null)
    giveUp('assent', `no nats-server here: ${byHand}, or name a running one: ASSENT_NATS_URL=nats://host:4222 npm start -- --nats`);
  process.env.ASSENT_NATS_SERVER = path;
  say('assent', `NATS by ${path}`);
}

async function requirePorts(first, names) {
  for (const [n, name] of names.entries()) {
    const problem = await problemOfPort(first + n);
    if (problem === null) continue;
    const why = problem === 'EADDRINUSE' ? 'is in use' : `cannot be used (${problem})`;
    giveUp(
      'assent',
      `port ${first + n} (${name}) ${why}: stop what listens there, or choose others: ASSENT_DEMO_PORT=${first + 1000} npm start`,
    );
  }
}

function problemOfPort(port) {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', (failed) => settle(failed.code ?? String(failed)));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(null)));
  });
}
