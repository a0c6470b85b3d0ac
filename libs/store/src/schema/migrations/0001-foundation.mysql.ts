/**
 * The tables for MySQL and MariaDB. `IF NOT EXISTS`, because DDL there commits by itself: a boot that was killed half-way is finished by the next. ids are
 * ascii_bin (their alphabet is ASCII, and a comparison that ignores case would merge two transactions), times are milliseconds since the
 * epoch, numbers of 63 random bits are BIGINT. No foreign keys and no auto-increment, so that Group Replication and Galera can hold it.
 */
import { columnLimits as limit } from '../../limits.js';

const id = `VARCHAR(${limit.id}) CHARACTER SET ascii COLLATE ascii_bin`;
const word = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`;
const table = (name: string, lines: readonly string[]) =>
  `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const globalTransaction = table('global_transaction', [
  `gid ${id} NOT NULL`,
  `status ENUM('active','committing','committed','aborting','aborted') CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  `pattern ${word(limit.pattern)} NOT NULL`,
  'mixed BOOLEAN NOT NULL',
  'paused BOOLEAN NOT NULL',
  'owner BIGINT NULL',
  'due_at BIGINT NULL',
  'version INT UNSIGNED NOT NULL',
  'flush BIGINT NOT NULL',
  `name VARCHAR(${limit.name}) NOT NULL`,
  `business_key VARCHAR(${limit.businessKey}) NULL`,
  `created_by VARCHAR(${limit.principal}) NOT NULL`,
  'content_hash BINARY(32) NOT NULL',
  'definition MEDIUMTEXT NOT NULL',
  'progress MEDIUMTEXT NOT NULL',
  'created_at BIGINT NOT NULL',
  'finished_at BIGINT NULL',
  'PRIMARY KEY (gid)',
  'KEY by_owner (owner)',
  'KEY by_due_at (due_at)',
  'KEY by_created_at (created_at, gid)',
  'KEY by_business_key (business_key)',
]);

const coordinatorNode = table('coordinator_node', [
  'incarnation BIGINT NOT NULL',
  `name VARCHAR(${limit.name}) NOT NULL`,
  `state ENUM('alive','dead','stopped') CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  'flushes BIGINT NOT NULL',
  'started_at BIGINT NOT NULL',
  'seen_at BIGINT NOT NULL',
  'PRIMARY KEY (incarnation)',
  'KEY by_state (state, name)',
]);

const command = table('command', [
  `id ${id} NOT NULL`,
  `gid ${id} NOT NULL`,
  `kind ${word(limit.kind)} NOT NULL`,
  'body MEDIUMTEXT NOT NULL',
  `principal VARCHAR(${limit.principal}) NOT NULL`,
  `reason VARCHAR(${limit.reason}) NOT NULL`,
  'PRIMARY KEY (id)',
]);

const attention = table('attention', [
  `gid ${id} NOT NULL`,
  `branch ${id} NOT NULL`,
  `kind ${word(limit.kind)} NOT NULL`,
  `code VARCHAR(${limit.code}) NOT NULL`,
  `participant VARCHAR(${limit.id}) NOT NULL`,
  'since BIGINT NOT NULL',
  'PRIMARY KEY (gid, branch, kind)',
  'KEY by_participant (participant)',
]);

/** Keyed by the flush that wrote the row and its place in it: after a crash an attempt number may come a second time, and both are kept. */
const attemptLog = table('attempt_log', [
  `gid ${id} NOT NULL`,
  'flush BIGINT NOT NULL',
  'place INT UNSIGNED NOT NULL',
  `branch ${id} NOT NULL`,
  `op ${word(limit.op)} NOT NULL`,
  'attempt INT UNSIGNED NOT NULL',
  'started_at BIGINT NOT NULL',
  'duration_ms BIGINT NOT NULL',
  `outcome ${word(limit.outcome)} NOT NULL`,
  `code VARCHAR(${limit.code}) NOT NULL`,
  `message VARCHAR(${limit.message}) NOT NULL`,
  'PRIMARY KEY (gid, flush, place)',
]);

const retryPolicy = table('retry_policy', [
  `name ${id} NOT NULL`,
  'version INT UNSIGNED NOT NULL',
  'deadline_ms BIGINT NULL',
  'forward_timeout_ms BIGINT NOT NULL',
  'end_timeout_ms BIGINT NOT NULL',
  'first_interval_ms BIGINT NOT NULL',
  'multiplier DOUBLE NOT NULL',
  'cap_ms BIGINT NOT NULL',
  'jitter DOUBLE NOT NULL',
  'forward_attempts INT UNSIGNED NOT NULL',
  'end_attempts INT UNSIGNED NOT NULL',
  `on_exhausted ENUM('abort','park') CHARACTER SET ascii COLLATE ascii_bin NOT NULL`,
  'poll_interval_ms BIGINT NOT NULL',
  'max_pending_ms BIGINT NOT NULL',
  `created_by VARCHAR(${limit.principal}) NOT NULL`,
  'PRIMARY KEY (name, version)',
]);

const participant = table('participant', [
  `name ${id} NOT NULL`,
  `base_url VARCHAR(${limit.url}) NOT NULL`,
  `signing_key VARCHAR(${limit.url}) NULL`,
  'concurrency INT UNSIGNED NOT NULL',
  'PRIMARY KEY (name)',
]);

const outbox = table('outbox', [
  `id ${id} NOT NULL`,
  `gid ${id} NOT NULL`,
  `kind ${word(limit.kind)} NOT NULL`,
  'body MEDIUMTEXT NOT NULL',
  'created_at BIGINT NOT NULL',
  'PRIMARY KEY (id)',
]);

const auditLog = table('audit_log', [
  `id ${id} NOT NULL`,
  `gid ${id} NOT NULL`,
  'at BIGINT NOT NULL',
  `principal VARCHAR(${limit.principal}) NOT NULL`,
  `action ${word(limit.kind)} NOT NULL`,
  `reason VARCHAR(${limit.reason}) NOT NULL`,
  `detail TEXT NOT NULL`,
  'PRIMARY KEY (id)',
  'KEY by_gid (gid, at)',
]);

export const mysqlTables: readonly string[] = [
  globalTransaction,
  coordinatorNode,
  command,
  attention,
  attemptLog,
  retryPolicy,
  participant,
  outbox,
  auditLog,
];
