/**
 * `npm test`: sees to everything the tests need (packages, a MariaDB), runs Jest with the arguments it was given, and ends as Jest ended.
 * Jest's own summary is the last thing printed. Plain Node, no packages, because it has to run before there are any.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideMariadb } from './mariadb-server.mjs';
import { installPackages, requireNode } from './packages.mjs';
import { say } from './say.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireNode(root, 'test');
const seconds = installPackages(root, 'test');
if (seconds > 0) say('test', `installed in ${seconds} s`);
if (process.env.ASSENT_TEST_MARIADB_URL === undefined) provideMariadb();

const jest = spawn(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// Jest stops what it started when it is told to end; this process only has to wait for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
jest.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
