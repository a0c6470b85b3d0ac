/** The tables of the inventory. Ids are compared byte by byte; no place of the stock can fall below zero. */
import { isSqlite } from '@assent/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStock1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const id = isSqlite(runner) ? 'VARCHAR(64)' : 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin';
    const now = isSqlite(runner)
      ? "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))"
      : 'DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)';
    await runner.query(`CREATE TABLE stock (
      sku ${id} NOT NULL PRIMARY KEY,
      available BIGINT NOT NULL CHECK (available >= 0),
      reserved BIGINT NOT NULL CHECK (reserved >= 0),
      sold BIGINT NOT NULL CHECK (sold >= 0)
    )`);
    await runner.query(`CREATE TABLE stock_movement (
      gid ${id} NOT NULL,
      branch ${id} NOT NULL,
      op VARCHAR(16) NOT NULL,
      sku ${id} NOT NULL,
      quantity BIGINT NOT NULL,
      moved_at ${now},
      PRIMARY KEY (gid, branch, op, sku)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stock_movement');
    await runner.query('DROP TABLE stock');
  }
}
