/** The tables of consumers. Immutable: a change is a new migration. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';
const text = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Ids are bytes, as in the barrier's table. */
const mysql = [
  `CREATE TABLE outcome_inbox (
  consumer VARCHAR(64) ${ascii} NOT NULL,
  gid VARBINARY(64) NOT NULL,
  version INT UNSIGNED NOT NULL,
  handled_at BIGINT NOT NULL,
  PRIMARY KEY (consumer, gid, version),
  KEY outcome_inbox_handled_at (handled_at)
) ENGINE = InnoDB`,
  `CREATE TABLE outcome_newest (
  consumer VARCHAR(64) ${ascii} NOT NULL,
  gid VARBINARY(64) NOT NULL,
  version INT UNSIGNED NOT NULL,
  handled_at BIGINT NOT NULL,
  PRIMARY KEY (consumer, gid),
  KEY outcome_newest_handled_at (handled_at)
) ENGINE = InnoDB`,
  `CREATE TABLE dead_letter (
  consumer VARCHAR(64) ${ascii} NOT NULL,
  id VARCHAR(128) ${ascii} NOT NULL,
  subject VARCHAR(1536) ${text} NOT NULL,
  body MEDIUMTEXT ${text} NOT NULL,
  attempts INT UNSIGNED NOT NULL,
  cause VARCHAR(4096) ${text} NOT NULL,
  state VARCHAR(16) ${ascii} NOT NULL,
  note VARCHAR(1024) ${text} NOT NULL,
  failed_at BIGINT NOT NULL,
  ended_at BIGINT NULL,
  PRIMARY KEY (consumer, id),
  KEY dead_letter_state (state, consumer, id),
  KEY dead_letter_ended_at (ended_at)
) ENGINE = InnoDB`,
];

const sqlite = [
  `CREATE TABLE outcome_inbox (
  consumer TEXT NOT NULL,
  gid TEXT NOT NULL,
  version INTEGER NOT NULL,
  handled_at INTEGER NOT NULL,
  PRIMARY KEY (consumer, gid, version)
)`,
  'CREATE INDEX outcome_inbox_handled_at ON outcome_inbox (handled_at)',
  `CREATE TABLE outcome_newest (
  consumer TEXT NOT NULL,
  gid TEXT NOT NULL,
  version INTEGER NOT NULL,
  handled_at INTEGER NOT NULL,
  PRIMARY KEY (consumer, gid)
)`,
  'CREATE INDEX outcome_newest_handled_at ON outcome_newest (handled_at)',
  `CREATE TABLE dead_letter (
  consumer TEXT NOT NULL,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  cause TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  failed_at INTEGER NOT NULL,
  ended_at INTEGER NULL,
  PRIMARY KEY (consumer, id)
)`,
  'CREATE INDEX dead_letter_state ON dead_letter (state, consumer, id)',
  'CREATE INDEX dead_letter_ended_at ON dead_letter (ended_at)',
];

/** Creates `outcome_inbox`, `outcome_newest` and `dead_letter`. */
export class CreateOutcomeTables1764000000100 implements MigrationInterface {
  readonly name = 'CreateOutcomeTables1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const statement of isSqlite ? sqlite : mysql) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['dead_letter', 'outcome_newest', 'outcome_inbox']) await runner.query(`DROP TABLE ${table}`);
  }
}
