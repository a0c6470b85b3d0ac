/** Installs the packages of the lock file if that has not been done. Plain Node, no packages. */
import { requireNode } from './node-version.mjs';

requireNode('install');
import('./packages.mjs').then(({ installPackages }) => installPackages('install'));
