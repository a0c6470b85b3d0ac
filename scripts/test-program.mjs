/** Programs that live under `test/` and run from the build: the fault campaign, the cluster, the benchmark. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { whileNobodyElseBuilds } from './build-lock.mjs';
import { root } from './root.mjs';
import { giveUp } from './say.mjs';

/** Builds the apps, the libraries and `test/<name>`; returns the path of its built `main.js`. Ends the process with one line when it cannot be built. */
export function buildTestProgram(name) {
  build(name);
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const built = whileNobodyElseBuilds(name, () =>
    spawnSync(process.execPath, [nest, 'build', 'support', name, '--builder', 'swc'], { cwd: root, encoding: 'utf8' }),
  );
  if (built.status !== 0) giveUp(name, `the build failed:\n${built.stdout}${built.stderr}`);
  return join(root, `dist/test/${name}/src/main.js`);
}

/** Runs it as a process of its own and ends this one with its exit code. */
export function runProgram(main, args) {
  const program = spawn(process.execPath, ['--enable-source-maps', main, ...args], { cwd: root, stdio: 'inherit' });
  // It stops what it started when it is told to end; this process only has to wait for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
  program.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
}
