/** What operators ask for: answers kept by their keys, retired policies, jobs over many transactions, how far the purge has come. Immutable. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mysqlOperations } from './0006-operations.mysql.js';
import { sqliteOperations } from './0006-operations.sqlite.js';

export class Operations1764000000006 implements MigrationInterface {
  readonly name = 'Operations1764000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
    for (const statement of isSqlite ? sqliteOperations : mysqlOperations) await queryRunner.query(statement);
  }

  /** Jobs that run and policies that are retired are not dropped by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('This migration is not reverted: jobs of operators may be running');
  }
}
