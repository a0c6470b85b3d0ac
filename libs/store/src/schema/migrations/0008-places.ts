/**
 * Up to which item a job tries first, in a column of its own; and the transactions that the emptying pass came by too early, in a table of their own. Before,
 * the one stood in `bulk_job.position` and the others in `housekeeping`. Immutable, as every migration.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnLimits as limit } from '../../limits.js';

const mysql = {
  column: 'INT UNSIGNED NULL',
  lateEnd: `CREATE TABLE IF NOT EXISTS late_end (
  gid VARCHAR(${limit.id}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (gid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
};

const sqlite = {
  column: 'INTEGER NULL',
  lateEnd: `CREATE TABLE IF NOT EXISTS late_end (
  gid TEXT NOT NULL CHECK (length(gid) <= ${limit.id} AND gid NOT GLOB '*[^!-~]*'),
  PRIMARY KEY (gid)
) STRICT`,
};

/** What was kept elsewhere. Each may be run again: MySQL commits with every change of a table. */
const moves = [
  "UPDATE bulk_job SET canary_end = CAST(SUBSTR(position, 8) AS UNSIGNED), position = NULL WHERE position LIKE 'canary %'",
  // Jobs of before went on with what they had found, wherever they were stopped: five of it were tried first.
  "UPDATE bulk_job SET canary_end = 5 WHERE canary_end IS NULL AND state <> 'collecting' AND total > 0",
  "INSERT INTO late_end (gid) SELECT gid FROM housekeeping WHERE name LIKE 'late-%' AND gid NOT IN (SELECT gid FROM late_end)",
  "DELETE FROM housekeeping WHERE name LIKE 'late%'",
];

export class Places1764000000008 implements MigrationInterface {
  readonly name = 'Places1764000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { column, lateEnd } = queryRunner.dataSource.options.type === 'better-sqlite3' ? sqlite : mysql;
    if (!(await queryRunner.hasColumn('bulk_job', 'canary_end')))
      await queryRunner.query(`ALTER TABLE bulk_job ADD COLUMN canary_end ${column}`);
    await queryRunner.query(lateEnd);
    for (const move of moves) await queryRunner.query(move);
  }

  /** Where jobs stand is not dropped by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('This migration is not reverted: jobs that are under way may stand in it');
  }
}
