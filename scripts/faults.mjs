/**
 * `npm run faults`: sees to packages, a MariaDB and the build, then hands over to the fault campaign with the arguments it was given. Plain Node, no
 * packages, because it has to run before there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('faults');
import('./run-faults.mjs').then(({ runFaults }) => runFaults(process.argv.slice(2)));
