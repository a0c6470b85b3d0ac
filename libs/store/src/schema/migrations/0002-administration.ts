/** Who may (keys), who did (the chain over the audit), who agreed (approvals), who is told (escalation). Immutable, as every migration. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mysqlAdministration } from './0002-administration.mysql.js';
import { sqliteAdministration } from './0002-administration.sqlite.js';

export class Administration1764000000002 implements MigrationInterface {
  readonly name = 'Administration1764000000002';

  /** Rows of the audit that are there already join the chain like new ones. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
    for (const statement of isSqlite ? sqliteAdministration : mysqlAdministration) await queryRunner.query(statement);
    await queryRunner.query('INSERT INTO audit_unchained (id) SELECT id FROM audit_log WHERE id NOT IN (SELECT id FROM audit_unchained)');
  }

  /** An audit is not taken back by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('This migration is not reverted: the audit would lose its proof');
  }
}
