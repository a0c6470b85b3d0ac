/** Starts what the suites share: one private MariaDB, whose URL (without a database) they find in ASSENT_TEST_MARIADB_URL. */
import { type MariadbServer, mariadbIsInstalled, startMariadb } from './mariadb.ts';

declare global {
  var assentTestMariadb: MariadbServer | undefined;
}

export default async function globalSetup(): Promise<void> {
  if (process.env.ASSENT_TEST_MARIADB_URL !== undefined || !mariadbIsInstalled()) return;
  const server = await startMariadb();
  process.env.ASSENT_TEST_MARIADB_URL = server.url;
  globalThis.assentTestMariadb = server;
}
