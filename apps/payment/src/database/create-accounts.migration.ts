/** The tables of the payment service, and the merchant. Ids are compared byte by byte; no place of an account can fall below zero. */
import { isSqlite } from '@assent/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { merchantId } from '../contracts/index.js';

export class CreateAccounts1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const id = isSqlite(runner) ? 'VARCHAR(64)' : 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin';
    const now = isSqlite(runner)
      ? "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))"
      : 'DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)';
    await runner.query(`CREATE TABLE account (
      id ${id} NOT NULL PRIMARY KEY,
      balance BIGINT NOT NULL CHECK (balance >= 0),
      frozen BIGINT NOT NULL CHECK (frozen >= 0)
    )`);
    await runner.query(`CREATE TABLE ledger_entry (
      gid ${id} NOT NULL,
      branch ${id} NOT NULL,
      op VARCHAR(16) NOT NULL,
      account ${id} NOT NULL,
      place VARCHAR(8) NOT NULL,
      amount BIGINT NOT NULL,
      entered_at ${now},
      PRIMARY KEY (gid, branch, op, account, place)
    )`);
    await runner.query('INSERT INTO account (id, balance, frozen) VALUES (?, 0, 0)', [merchantId]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_entry');
    await runner.query('DROP TABLE account');
  }
}
