/** Runs the fault campaign once everything it needs is there. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { provideMariadb } from './mariadb-server.mjs';
import { installPackages } from './packages.mjs';
import { root } from './root.mjs';
import { giveUp } from './say.mjs';

/** Ends the process with the exit code of the campaign. */
export function runFaults(args) {
  installPackages('faults');
  provideMariadb();
  build('faults');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const built = spawnSync(process.execPath, [nest, 'build', 'support', 'faults', '--builder', 'swc'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) giveUp('faults', `the build failed:\n${built.stdout}${built.stderr}`);
  const main = join(root, 'dist/test/faults/src/main.js');
  const campaign = spawn(process.execPath, ['--enable-source-maps', main, ...args], { cwd: root, stdio: 'inherit' });
  // It stops what it started when it is told to end; this process only has to wait for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => campaign.kill(signal));
  campaign.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
}
