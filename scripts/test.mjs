/**
 * `npm test`: sees to everything the tests need (packages, a MariaDB), runs Jest with the arguments it was given, and ends as Jest ended.
 * Jest's own summary is the last thing printed. Plain Node, no packages, because it has to run before there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('test');
import('./run-tests.mjs').then(({ runTests }) => runTests(process.argv.slice(2)));
