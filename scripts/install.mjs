/** Installs the packages of the lock file if that has not been done. Plain Node, no packages. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, requireNode } from './packages.mjs';
import { say } from './say.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireNode(root, 'install');
const seconds = installPackages(root, 'install');
if (seconds > 0) say('install', `installed in ${seconds} s`);
