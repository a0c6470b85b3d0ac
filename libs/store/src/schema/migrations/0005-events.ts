/**
 * The outbox as events need it: named by (gid, version), and with the node whose relay publishes it. The table of the first migration was never
 * written to, so it is made anew.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnLimits as limit } from '../../limits.js';

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';

const mysql = `CREATE TABLE outbox (
  gid VARCHAR(${limit.id}) ${ascii} NOT NULL,
  version INT UNSIGNED NOT NULL,
  incarnation BIGINT NOT NULL,
  name VARCHAR(${limit.name}) NOT NULL,
  status VARCHAR(${limit.outcome}) ${ascii} NOT NULL,
  body MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (gid, version),
  KEY by_incarnation (incarnation, created_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const sqlite = [
  `CREATE TABLE outbox (
  gid TEXT NOT NULL CHECK (length(gid) <= ${limit.id} AND gid NOT GLOB '*[^!-~]*'),
  version INTEGER NOT NULL,
  incarnation TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= ${limit.name}),
  status TEXT NOT NULL CHECK (length(status) <= ${limit.outcome}),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= ${limit.documentBytes}),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (gid, version)
) STRICT`,
  'CREATE INDEX outbox_by_incarnation ON outbox (incarnation, created_at)',
];

export class Events1764000000005 implements MigrationInterface {
  readonly name = 'Events1764000000005';

  /** Dropped first in any case: DDL of MySQL commits by itself, and a boot that was killed half-way is finished by the next. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
    await queryRunner.query('DROP TABLE IF EXISTS outbox');
    for (const statement of isSqlite ? sqlite : [mysql]) await queryRunner.query(statement);
  }

  /** Events that were not published yet are not dropped by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('The outbox is not reverted: events in it have not been published yet');
  }
}
