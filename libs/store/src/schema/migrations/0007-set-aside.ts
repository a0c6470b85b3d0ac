/**
 * Events that the broker does not take, with those behind them, and which announcement of an instance was heard last. Immutable, as every
 * migration.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnLimits as limit } from '../../limits.js';

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';
/** Sixteen fingerprints of 64 digits, with blanks between them. */
const HEARD_LENGTH = 16 * 65;

const mysql = [
  `CREATE TABLE IF NOT EXISTS outbox_refused (
  gid VARCHAR(${limit.id}) ${ascii} NOT NULL,
  version INT UNSIGNED NOT NULL,
  name VARCHAR(${limit.name}) NOT NULL,
  status VARCHAR(${limit.outcome}) ${ascii} NOT NULL,
  body MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  cause VARCHAR(${limit.message}) NOT NULL,
  tried_at BIGINT NOT NULL,
  PRIMARY KEY (gid, version),
  KEY by_tried_at (tried_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE IF NOT EXISTS registry_announcement (
  participant VARCHAR(${limit.id}) NOT NULL,
  instance VARCHAR(${limit.id}) NOT NULL,
  said_at BIGINT NOT NULL,
  heard VARCHAR(${HEARD_LENGTH}) ${ascii} NOT NULL,
  PRIMARY KEY (participant, instance),
  KEY by_said_at (said_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];

const sqlite = [
  `CREATE TABLE IF NOT EXISTS outbox_refused (
  gid TEXT NOT NULL CHECK (length(gid) <= ${limit.id} AND gid NOT GLOB '*[^!-~]*'),
  version INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= ${limit.name}),
  status TEXT NOT NULL CHECK (length(status) <= ${limit.outcome}),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= ${limit.documentBytes}),
  created_at INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (length(cause) <= ${limit.message}),
  tried_at INTEGER NOT NULL,
  PRIMARY KEY (gid, version)
) STRICT`,
  'CREATE INDEX IF NOT EXISTS outbox_refused_by_tried_at ON outbox_refused (tried_at)',
  `CREATE TABLE IF NOT EXISTS registry_announcement (
  participant TEXT NOT NULL CHECK (length(participant) <= ${limit.id}),
  instance TEXT NOT NULL CHECK (length(instance) <= ${limit.id}),
  said_at INTEGER NOT NULL,
  heard TEXT NOT NULL CHECK (length(heard) <= ${HEARD_LENGTH}),
  PRIMARY KEY (participant, instance)
) STRICT`,
  'CREATE INDEX IF NOT EXISTS registry_announcement_by_said_at ON registry_announcement (said_at)',
];

export class SetAside1764000000007 implements MigrationInterface {
  readonly name = 'SetAside1764000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
    for (const statement of isSqlite ? sqlite : mysql) await queryRunner.query(statement);
  }

  /** Events that were not published yet are not dropped by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('This migration is not reverted: events that the broker did not take may be in it');
  }
}
