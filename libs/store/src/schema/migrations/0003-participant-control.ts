/** Orders of operators about participants. Immutable, as every migration. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnLimits as limit } from '../../limits.js';

const mysql = `CREATE TABLE IF NOT EXISTS participant_control (
  name VARCHAR(${limit.id}) NOT NULL,
  version INT UNSIGNED NOT NULL,
  paused_by VARCHAR(${limit.principal}) NULL,
  pause_reason VARCHAR(${limit.reason}) NULL,
  paused_at BIGINT NULL,
  resets INT UNSIGNED NOT NULL,
  wakes INT UNSIGNED NOT NULL,
  woken_at BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const sqlite = `CREATE TABLE IF NOT EXISTS participant_control (
  name TEXT NOT NULL CHECK (length(name) <= ${limit.id}),
  version INTEGER NOT NULL,
  paused_by TEXT NULL CHECK (length(paused_by) <= ${limit.principal}),
  pause_reason TEXT NULL CHECK (length(pause_reason) <= ${limit.reason}),
  paused_at INTEGER NULL,
  resets INTEGER NOT NULL,
  wakes INTEGER NOT NULL,
  woken_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT`;

export class ParticipantControl1764000000003 implements MigrationInterface {
  readonly name = 'ParticipantControl1764000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(queryRunner.dataSource.options.type === 'better-sqlite3' ? sqlite : mysql);
  }

  /** A participant that an operator has paused must not be called again by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('This migration is not reverted: orders of operators in it are in force');
  }
}
