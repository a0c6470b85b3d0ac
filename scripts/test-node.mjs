/**
 * `npm run test:node -- 24 [arguments of Jest]`: runs the tests on another Node than the one that is installed. Plain Node, no packages, because it has to
 * run before there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('test');
import('./run-tests-on-node.mjs').then(({ runTestsOnNode }) => runTestsOnNode(process.argv.slice(2)));
