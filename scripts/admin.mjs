/** `npm run keys` and `npm run audit:verify`: sees to packages and the build, then hands over. Plain Node, because it has to run before there are any. */
import { requireNode } from './node-version.mjs';

requireNode('admin');
import('./run-admin.mjs').then(({ runAdmin }) => runAdmin());
