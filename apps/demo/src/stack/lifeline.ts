/**
 * Loaded into every process the demo starts (`node --import`): when the demo is gone, however it went, the pipe it holds to our standard input closes,
 * and this process ends as it would on SIGTERM. So nothing is left behind even by `kill -9` of the demo.
 *
 * Through the same pipe the demo may ask the process to hang for a while, as a service does that has lost itself in something: it accepts
 * connections, and answers nobody.
 */
import { createInterface } from 'node:readline';

/** How long an orderly end may take before the process goes without it. */
const LONGEST_GOODBYE_MS = 10_000;
const LONGEST_HANG_MS = 60_000;

function follow(): void {
  setTimeout(() => process.exit(1), LONGEST_GOODBYE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}

/** Blocks the event loop, which is what hanging means in Node. */
function hang(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(ms, LONGEST_HANG_MS));
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const asked = /^hang (\d{1,6})$/.exec(line);
    if (asked !== null) hang(Number(asked[1]));
  })
  .on('close', follow);
process.stdin.on('error', follow);
// A pipe is a socket to Node; this one must not keep a process alive that has nothing else to do.
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
