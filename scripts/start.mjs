/**
 * `npm start`: installs and builds when that has not been done, then hands over to the demo. Plain Node, no packages, because it has to run before
 * there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('assent');
import('./start-demo.mjs').then(({ startDemo }) => startDemo());
