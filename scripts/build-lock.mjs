/** One build at a time: two that write to `dist` at once, say of a demo and a cluster that are started together, would each lose the other's files. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { giveUp } from './say.mjs';

const LOCK = join(root, 'dist/.building');
/** A build takes about ten seconds, on a busy machine a minute. */
const PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 100;

/** Does `work` while no other process builds, and returns what it returns. Ends the process with one line when another one builds for too long. */
export function whileNobodyElseBuilds(name, work) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const givesUpAtMs = Date.now() + PATIENCE_MS;
  while (!takeLock()) {
    if (Date.now() > givesUpAtMs)
      giveUp(name, `another build has been going on for ${PATIENCE_MS / 60_000} minutes; end it, or remove ${LOCK}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  // Whoever is told to give up ends the process at once, and with it the reason for the lock.
  const release = () => rmSync(LOCK, { force: true });
  process.once('exit', release);
  try {
    return work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function takeLock() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    forgetTheDead();
    return false;
  }
}

/** A process that was killed while it built has left its lock. */
function forgetTheDead() {
  try {
    const owner = Number(readFileSync(LOCK, 'utf8'));
    // Between taking the lock and writing its number a process has none yet.
    if (owner > 0) process.kill(owner, 0);
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(LOCK, { force: true });
  }
}
