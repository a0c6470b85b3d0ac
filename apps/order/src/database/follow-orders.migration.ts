/** How the transactions of orders stand, as their events have told, and the way from a transaction to its order. */
import { isSqlite } from '@assent/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FollowOrders1764000000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const ascii = isSqlite(runner) ? '' : 'CHARACTER SET ascii COLLATE ascii_bin';
    await runner.query(`CREATE TABLE order_progress (
      gid VARCHAR(64) ${ascii} NOT NULL PRIMARY KEY,
      version INTEGER NOT NULL,
      status VARCHAR(16) ${ascii} NOT NULL,
      parked TEXT NOT NULL,
      told_at BIGINT NOT NULL
    )`);
    await runner.query('CREATE INDEX customer_order_gid ON customer_order (gid)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(isSqlite(runner) ? 'DROP INDEX customer_order_gid' : 'DROP INDEX customer_order_gid ON customer_order');
    await runner.query('DROP TABLE order_progress');
  }
}
