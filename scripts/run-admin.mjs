/** Runs one command of administration in this process, once everything it needs is there. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { installPackages } from './packages.mjs';
import { root } from './root.mjs';

export async function runAdmin() {
  installPackages('admin');
  build('admin');
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(root, 'dist/apps/coordinator/src/administer.js')).href);
}
