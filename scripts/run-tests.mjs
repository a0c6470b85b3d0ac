/** Runs Jest once everything it needs is there. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { provideDeployTools } from './deploy-tools.mjs';
import { provideMariadb } from './mariadb-server.mjs';
import { provideNatsForTests } from './nats-server.mjs';
import { installPackages } from './packages.mjs';
import { root } from './root.mjs';

/** Ends the process with the exit code of Jest. `args` go to Jest as they are. */
export function runTests(args) {
  installPackages('test');
  if (process.env.ASSENT_TEST_MARIADB_URL === undefined) provideMariadb();
  provideNatsForTests();
  provideDeployTools();
  const jest = spawn(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...args], { cwd: root, stdio: 'inherit' });
  // Jest stops what it started when it is told to end; this process only has to wait for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
  jest.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
}
