/** Runs the fault campaign once everything it needs is there. */
import { provideMariadb } from './mariadb-server.mjs';
import { installPackages } from './packages.mjs';
import { buildTestProgram, runProgram } from './test-program.mjs';

/** Ends the process with the exit code of the campaign. */
export function runFaults(args) {
  installPackages('faults');
  provideMariadb();
  runProgram(buildTestProgram('faults'), args);
}
