/** The tables of the order service, and a small catalogue to begin with. Ids are compared byte by byte. */
import { isSqlite } from '@assent/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Prices in minor units (cents). */
const firstProducts = [
  ['tea', 600],
  ['coffee', 850],
  ['cup', 1_200],
  ['pot', 3_900],
] as const;

export class CreateOrders1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const ascii = isSqlite(runner) ? '' : 'CHARACTER SET ascii COLLATE ascii_bin';
    await runner.query(`CREATE TABLE product (
      sku VARCHAR(64) ${ascii} NOT NULL PRIMARY KEY,
      price BIGINT NOT NULL CHECK (price > 0)
    )`);
    await runner.query(`CREATE TABLE customer_order (
      id VARCHAR(64) ${ascii} NOT NULL PRIMARY KEY,
      gid VARCHAR(64) ${ascii} NOT NULL,
      idempotency_key VARCHAR(128) ${ascii} NOT NULL,
      content_hash VARCHAR(64) ${ascii} NOT NULL,
      mode VARCHAR(8) NOT NULL,
      status VARCHAR(16) ${ascii} NOT NULL CHECK (status IN ('placed', 'confirmed', 'refused')),
      account VARCHAR(64) ${ascii} NOT NULL,
      amount BIGINT NOT NULL CHECK (amount > 0),
      order_lines TEXT NOT NULL,
      refusal_code VARCHAR(64) NULL,
      refusal_message VARCHAR(1024) NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL
    )`);
    await runner.query('CREATE UNIQUE INDEX customer_order_key ON customer_order (idempotency_key)');
    await runner.query('CREATE INDEX customer_order_neglected ON customer_order (status, updated_at)');
    for (const product of firstProducts) await runner.query('INSERT INTO product (sku, price) VALUES (?, ?)', [...product]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE customer_order');
    await runner.query('DROP TABLE product');
  }
}
