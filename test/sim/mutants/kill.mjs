/** One mutant in a process of its own: `node kill.mjs <folder of its tree> <seeds>`. Prints one line of JSON. */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, seeds] = process.argv.slice(2);

function say(kill) {
  writeSync(1, `${JSON.stringify(kill)}\n`);
}

process.on('unhandledRejection', (error) => {
  say({ seed: 0, seeds: 0, finding: { invariant: 'B', says: `a rejection that nobody watched: ${String(error)}` } });
  process.exit(0);
});

const { firstKill } = await import(pathToFileURL(`${folder}/test/sim/kill.js`));
say(await firstKill(Number(seeds)));
process.exit(0);
