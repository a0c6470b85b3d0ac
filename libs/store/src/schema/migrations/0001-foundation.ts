/** All tables, and the policies every installation starts with. Immutable: a later change is a later migration. */
import { type Policy, shippedPolicies } from '@assent/protocol';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mysqlTables } from './0001-foundation.mysql.js';
import { sqliteTables } from './0001-foundation.sqlite.js';

export class Foundation1764000000001 implements MigrationInterface {
  readonly name = 'Foundation1764000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
    for (const statement of isSqlite ? sqliteTables : mysqlTables) await queryRunner.query(statement);
    for (const policy of shippedPolicies) await insertPolicy(queryRunner, policy);
  }

  /** Tables with transactions in them are not dropped by a command line's slip. */
  async down(): Promise<void> {
    throw new Error('The first migration is not reverted: drop the database instead');
  }
}

/** Leaves a row that is there: a boot that was killed half-way is finished by the next. */
async function insertPolicy(queryRunner: QueryRunner, policy: Policy): Promise<void> {
  const columns = {
    name: policy.name,
    version: policy.version,
    deadline_ms: policy.deadlineMs,
    forward_timeout_ms: policy.forwardTimeoutMs,
    end_timeout_ms: policy.endTimeoutMs,
    first_interval_ms: policy.firstIntervalMs,
    multiplier: policy.multiplier,
    cap_ms: policy.capMs,
    jitter: policy.jitter,
    forward_attempts: policy.forwardAttempts,
    end_attempts: policy.endAttempts,
    on_exhausted: policy.onExhausted,
    poll_interval_ms: policy.pollIntervalMs,
    max_pending_ms: policy.maxPendingMs,
    created_by: 'assent',
  };
  const there = (await queryRunner.query('SELECT 1 FROM retry_policy WHERE name = ? AND version = ?', [
    policy.name,
    policy.version,
  ])) as unknown[];
  if (there.length > 0) return;
  const names = Object.keys(columns);
  const places = names.map(() => '?').join(', ');
  await queryRunner.query(`INSERT INTO retry_policy (${names.join(', ')}) VALUES (${places})`, Object.values(columns));
}
