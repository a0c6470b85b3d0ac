/** `npm run sim`: compiles the simulator and what it simulates, and runs it. */
import { pathToFileURL } from 'node:url';
import { compileTree } from './compile.mjs';

const { main } = await import(pathToFileURL(`${compileTree('sim')}/test/sim/main.js`));
process.exitCode = await main(process.argv.slice(2));
