/** Runs several coordinators on one database once everything they need is there. */
import { pathToFileURL } from 'node:url';
import { provideMariadb } from './mariadb-server.mjs';
import { installPackages } from './packages.mjs';
import { giveUp } from './say.mjs';
import { buildTestProgram } from './test-program.mjs';

export async function runCluster(args) {
  installPackages('cluster');
  if (process.env.ASSENT_DATABASE_URL === undefined && !provideMariadb())
    giveUp(
      'cluster',
      'several coordinators need one MySQL or MariaDB: install MariaDB, or set ASSENT_DATABASE_URL=mysql://user:password@host/name',
    );
  const file = buildTestProgram('cluster');
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(file).href);
  await main(args);
}
