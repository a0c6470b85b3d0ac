/** The tables of operators' work for MySQL and MariaDB; conventions as in the first migration. */
import { columnLimits as limit } from '../../limits.js';

const word = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`;
const id = word(limit.id);
const text = (length: number) => `VARCHAR(${length})`;
const table = (name: string, lines: readonly string[]) =>
  `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const idempotencyKey = table('idempotency_key', [
  `principal ${text(limit.principal)} NOT NULL`,
  `name ${word(128)} NOT NULL`,
  `hash ${word(64)} NOT NULL`,
  `deed ${id} NOT NULL`,
  'answer MEDIUMTEXT NULL',
  'created_at BIGINT NOT NULL',
  'PRIMARY KEY (principal, name)',
  'KEY by_created_at (created_at)',
]);

const policyRetirement = table('policy_retirement', [
  `name ${id} NOT NULL`,
  `retired_by ${text(limit.principal)} NOT NULL`,
  `reason ${text(limit.reason)} NOT NULL`,
  'retired_at BIGINT NOT NULL',
  'PRIMARY KEY (name)',
]);

const bulkJob = table('bulk_job', [
  `id ${id} NOT NULL`,
  `action ${word(limit.kind)} NOT NULL`,
  'request MEDIUMTEXT NOT NULL',
  `reason ${text(limit.reason)} NOT NULL`,
  `principal ${text(limit.principal)} NOT NULL`,
  `role ${word(limit.op)} NOT NULL`,
  `state ${word(limit.op)} NOT NULL`,
  `cause ${text(limit.message)} NOT NULL`,
  'per_second INT UNSIGNED NOT NULL',
  'total INT UNSIGNED NOT NULL',
  `position ${text(limit.code)} NULL`,
  'created_at BIGINT NOT NULL',
  'finished_at BIGINT NULL',
  'PRIMARY KEY (id)',
  'KEY by_state (state)',
]);

const bulkJobItem = table('bulk_job_item', [
  `job ${id} NOT NULL`,
  'place INT UNSIGNED NOT NULL',
  `gid ${id} NOT NULL`,
  `deed ${id} NOT NULL`,
  `state ${word(limit.op)} NOT NULL`,
  `code ${text(limit.code)} NOT NULL`,
  `detail ${text(limit.message)} NOT NULL`,
  'at BIGINT NULL',
  'PRIMARY KEY (job, place)',
  'UNIQUE KEY by_gid (job, gid)',
  'KEY by_state (job, state, place)',
]);

const housekeeping = table('housekeeping', [`name ${id} NOT NULL`, 'at BIGINT NOT NULL', `gid ${id} NOT NULL`, 'PRIMARY KEY (name)']);

export const mysqlOperations: readonly string[] = [idempotencyKey, policyRetirement, bulkJob, bulkJobItem, housekeeping];
