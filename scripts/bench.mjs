/**
 * `npm run bench`: sees to packages, a MariaDB and the build, then hands over to the benchmark with the arguments it was given. Plain Node, no packages,
 * because it has to run before there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('bench');
import('./run-bench.mjs').then(({ runBench }) => runBench(process.argv.slice(2)));
