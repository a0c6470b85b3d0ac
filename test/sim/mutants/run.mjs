/**
 * `npm run sim:mutants`: plants mistakes of ours, one at a time, and sees whether the simulator or the contract suite finds them. Ends with 0 only
 * when none survives, and each mistake still fits the text it is made in.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { compileTree, root, sources } from '../compile.mjs';
import { mutants } from './registry.mjs';

const SEEDS = 2_000;
/** Longest run of one mutant, in milliseconds: a mistake may make it run in a circle. */
const LONGEST_MS = 300_000;

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, figures: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});

const started = Date.now();
const figures = options.figures ? await loadFigures() : null;
const measured = figures?.provenance() ?? '';
const chosen = mutants.filter(({ name }) => options.only === undefined || name.includes(options.only));
if (options.list) {
  for (const { name, file } of chosen) console.log(`${name}  (${file})`);
  process.exit(0);
}

const killed = [];
const survivors = [];
for (const mutant of chosen) {
  const verdict = fits(mutant) ? await (mutant.suite === undefined ? bySimulation(mutant) : bySuite(mutant)) : null;
  if (verdict === null || verdict.by === null) {
    survivors.push(mutant);
    console.log(`SURVIVED  ${mutant.name} (${mutant.file}): ${verdict?.why ?? 'its text is no longer there exactly once'}`);
  } else {
    killed.push({ ...mutant, by: verdict.by });
    console.log(`killed    ${mutant.name}: ${verdict.by}`);
  }
}
figures?.writeMutantFigures(killed, survivors, measured);
const seconds = ((Date.now() - started) / 1_000).toFixed(0);
console.log(`${killed.length} passed, ${survivors.length} failed: ${killed.length} of ${chosen.length} mutants killed in ${seconds} s`);
process.exitCode = survivors.length === 0 && chosen.length > 0 ? 0 : 1;

function fits({ file, original }) {
  return sources.get(file)?.split(original).length === 2;
}

async function bySimulation(mutant) {
  const folder = compileTree('sim-mutant', mutant);
  const script = fileURLToPath(new URL('kill.mjs', import.meta.url));
  const { output, code } = await run([script, folder, String(SEEDS)], {});
  rmSync(folder, { recursive: true, force: true });
  const line = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || line === '') return { by: null, why: `the simulation ended with ${code}: ${output.slice(-400)}` };
  const kill = JSON.parse(line);
  if (kill === null) return { by: null, why: `none of ${SEEDS} seeds shows it` };
  const { invariant, says } = kill.finding;
  return { by: `invariant ${invariant} after ${kill.seeds} seeds (seed ${kill.seed}): ${says.split('\n')[0]}` };
}

/** A suite kills by failing, provided that it ran. */
async function bySuite(mutant) {
  const config = fileURLToPath(new URL('jest.config.mjs', import.meta.url));
  const args = [join(root, 'node_modules/jest/bin/jest.js'), '--config', config, '--json', '--silent', mutant.suite];
  const { output } = await run(args, { ASSENT_MUTANT: JSON.stringify(mutant) });
  const start = output.indexOf('{"');
  if (start < 0) return { by: null, why: `${mutant.suite} did not run: ${output.slice(-400)}` };
  const result = JSON.parse(output.slice(start));
  const failed = result.testResults.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === 'failed');
  if (failed !== undefined) return { by: `${mutant.suite}: ${failed.fullName}` };
  return { by: null, why: result.numPassedTests === 0 ? `${mutant.suite} was skipped` : `${mutant.suite} passes` };
}

function run(args, more) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ output, code });
    });
  });
}

async function loadFigures() {
  const folder = compileTree('sim');
  const figures = await import(pathToFileURL(`${folder}/test/sim/figures.js`));
  rmSync(folder, { recursive: true, force: true });
  return figures;
}
