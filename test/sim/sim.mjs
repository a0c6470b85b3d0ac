/** `npm run sim`: compiles the simulator and what it simulates, and runs it. */
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { compileTree } from './compile.mjs';

const folder = compileTree('sim');
const { main } = await import(pathToFileURL(`${folder}/test/sim/main.js`));
rmSync(folder, { recursive: true, force: true });
process.exitCode = await main(process.argv.slice(2));
