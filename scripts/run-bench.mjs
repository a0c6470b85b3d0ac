/** Runs the benchmark once everything it needs is there. */
import { provideMariadb } from './mariadb-server.mjs';
import { provideNats } from './nats-server.mjs';
import { installPackages } from './packages.mjs';
import { giveUp } from './say.mjs';
import { buildTestProgram, runProgram } from './test-program.mjs';

/** Ends the process with the exit code of the benchmark. */
export function runBench(args) {
  installPackages('bench');
  if (!provideMariadb()) giveUp('bench', 'the benchmark measures against a real MariaDB: install it (mariadb-server), then run it again');
  const nats = provideNats('bench');
  if (nats.path === null) giveUp('bench', `the benchmark measures over NATS, too: ${nats.byHand}`);
  runProgram(buildTestProgram('bench'), args);
}
