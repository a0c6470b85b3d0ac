/**
 * `npm run cluster`: sees to packages, a MariaDB and the build, then hands over to the cluster with the arguments it was given. Plain Node, no packages,
 * because it has to run before there are any.
 */
import { requireNode } from './node-version.mjs';

requireNode('cluster');
import('./run-cluster.mjs').then(({ runCluster }) => runCluster(process.argv.slice(2)));
