/** The barrier's table. Immutable: a change is a new migration. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ids are bytes: no collation folds their case, and none (as MySQL's usual ones do, `_bin` included) ignores trailing spaces. The index serves the
 * purge alone and grows at its end.
 */
const mysql = `CREATE TABLE branch_barrier (
  gid VARBINARY(64) NOT NULL,
  branch VARBINARY(64) NOT NULL,
  phase TINYINT UNSIGNED NOT NULL,
  op VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  result MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  begun_at BIGINT NOT NULL,
  PRIMARY KEY (gid, branch, phase),
  KEY branch_barrier_begun_at (begun_at)
) ENGINE = InnoDB`;

const sqlite = `CREATE TABLE branch_barrier (
  gid TEXT NOT NULL COLLATE BINARY,
  branch TEXT NOT NULL COLLATE BINARY,
  phase INTEGER NOT NULL,
  op TEXT NOT NULL,
  outcome TEXT NOT NULL,
  result TEXT,
  begun_at INTEGER NOT NULL,
  PRIMARY KEY (gid, branch, phase)
) WITHOUT ROWID`;

/** Creates `branch_barrier`. Add it to the `migrations` of the participant's data source. */
export class CreateBranchBarrier1764000000000 implements MigrationInterface {
  readonly name = 'CreateBranchBarrier1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    if (runner.dataSource.options.type === 'better-sqlite3') {
      await runner.query(sqlite);
      await runner.query('CREATE INDEX branch_barrier_begun_at ON branch_barrier (begun_at)');
    } else {
      await runner.query(mysql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE branch_barrier');
  }
}
