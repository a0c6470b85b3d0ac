/** Sees to a MariaDB server program for the suites that need one. */
import { provide, sayWhatIsSkipped } from './server-programs.mjs';

const mariadb = {
  title: 'MariaDB',
  isInstalled: (find) => (find('mariadbd') ?? find('mysqld')) !== null && (find('mariadb-install-db') ?? find('mysql_install_db')) !== null,
  packages: {
    'apt-get': ['mariadb-server-core', 'mariadb-client-core'],
    dnf: ['mariadb-server'],
    apk: ['mariadb', 'mariadb-client'],
    brew: ['mariadb'],
  },
};

/**
 * True when a private MariaDB can be started here, after trying to install it when it was missing. `folders` are searched after those of PATH.
 */
export function provideMariadb(folders) {
  const { installed, byHand } = provide(mariadb, 'test', folders);
  if (!installed) {
    sayWhatIsSkipped(
      'No MariaDB here: every suite that runs on MariaDB will be SKIPPED; SQLite and memory are still tested.',
      byHand === undefined ? 'Install a MariaDB server (10.6 or newer)' : `To run them: ${byHand}`,
    );
  }
  return installed;
}
