/** Runs several coordinators on one database once everything they need is there. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { provideMariadb } from './mariadb-server.mjs';
import { installPackages } from './packages.mjs';
import { root } from './root.mjs';
import { giveUp } from './say.mjs';

export async function runCluster(args) {
  installPackages('cluster');
  if (process.env.ASSENT_DATABASE_URL === undefined && !provideMariadb())
    giveUp(
      'cluster',
      'several coordinators need one MySQL or MariaDB: install MariaDB, or set ASSENT_DATABASE_URL=mysql://user:password@host/name',
    );
  build('cluster');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const built = spawnSync(process.execPath, [nest, 'build', 'support', 'cluster', '--builder', 'swc'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) giveUp('cluster', `the build failed:\n${built.stdout}${built.stderr}`);
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(join(root, 'dist/test/cluster/src/main.js')).href);
  await main(args);
}
