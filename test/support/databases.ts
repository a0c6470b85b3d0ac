/** Databases for suites: each suite asks for its own, so that suites share nothing but the server. */
import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';

/** The private MariaDB of this test run, or `null` when none could be started (the runner has said so loudly). */
export const mariadbUrl: string | null = process.env.ASSENT_TEST_MARIADB_URL ?? null;

/** `describe` where a MariaDB is at hand, else a skipped one that says why. */
export const describeOnMariadb = mariadbUrl === null ? describe.skip : describe;

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

/** Creates an empty database with a name of its own. */
export async function createTestDatabase(prefix = 'assent_test'): Promise<TestDatabase> {
  if (mariadbUrl === null) throw new Error('no MariaDB at hand');
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await administer(mariadbUrl, `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
  return { url: `${mariadbUrl}/${name}`, name, drop: () => administer(mariadbUrl, `DROP DATABASE IF EXISTS \`${name}\``) };
}

async function administer(url: string, sql: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
