/** The tables of administration for MySQL and MariaDB; conventions as in the first migration. */
import { columnLimits as limit } from '../../limits.js';

const word = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`;
const id = word(limit.id);
const text = (length: number) => `VARCHAR(${length})`;
const principal = text(limit.principal);
const oneOf = (values: readonly string[]) => `ENUM(${values.map((value) => `'${value}'`).join(',')}) CHARACTER SET ascii COLLATE ascii_bin`;
const table = (name: string, lines: readonly string[]) =>
  `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const apiKey = table('api_key', [
  `id ${id} NOT NULL`,
  `principal ${id} NOT NULL`,
  `role ${oneOf(['service', 'viewer', 'operator', 'admin'])} NOT NULL`,
  `hash ${word(64)} NOT NULL`,
  `created_by ${principal} NOT NULL`,
  'created_at BIGINT NOT NULL',
  'expires_at BIGINT NULL',
  `revoked_by ${principal} NULL`,
  'revoked_at BIGINT NULL',
  'PRIMARY KEY (id)',
  'UNIQUE KEY by_hash (hash)',
  'KEY by_principal (principal)',
]);

const sharedSecret = table('shared_secret', [`name ${id} NOT NULL`, `value ${word(128)} NOT NULL`, 'PRIMARY KEY (name)']);

const duty = table('duty', [`name ${id} NOT NULL`, `holder ${id} NOT NULL`, 'until BIGINT NOT NULL', 'PRIMARY KEY (name)']);

const auditUnchained = table('audit_unchained', [`id ${id} NOT NULL`, 'PRIMARY KEY (id)']);

const auditChain = table('audit_chain', [
  'seq BIGINT NOT NULL',
  `audit_id ${id} NOT NULL`,
  `hash ${word(64)} NOT NULL`,
  'PRIMARY KEY (seq)',
  'UNIQUE KEY by_audit_id (audit_id)',
]);

const approvalRule = table('approval_rule', [
  `action ${word(limit.kind)} NOT NULL`,
  `role ${word(limit.op)} NOT NULL`,
  'ttl_ms BIGINT NOT NULL',
  `created_by ${principal} NOT NULL`,
  'created_at BIGINT NOT NULL',
  'PRIMARY KEY (action, role)',
]);

const approvalRequest = table('approval_request', [
  `id ${id} NOT NULL`,
  `gid ${id} NOT NULL`,
  `action ${word(limit.kind)} NOT NULL`,
  'request MEDIUMTEXT NOT NULL',
  'preview MEDIUMTEXT NOT NULL',
  `reason ${text(limit.reason)} NOT NULL`,
  `requested_by ${principal} NOT NULL`,
  `requester_role ${word(limit.op)} NOT NULL`,
  'requested_at BIGINT NOT NULL',
  'expires_at BIGINT NOT NULL',
  `state ${oneOf(['pending', 'approved', 'rejected', 'expired'])} NOT NULL`,
  `decided_by ${principal} NULL`,
  `comment ${text(limit.reason)} NULL`,
  'decided_at BIGINT NULL',
  'outcome MEDIUMTEXT NULL',
  'PRIMARY KEY (id)',
  'KEY by_state (state, requested_at)',
  'KEY by_gid (gid)',
]);

const escalationRule = table('escalation_rule', [
  `name ${id} NOT NULL`,
  `kind ${oneOf(['parked', 'stuck', 'breaker_open', 'mixed'])} NOT NULL`,
  'age_ms BIGINT NOT NULL',
  `severity ${oneOf(['info', 'warning', 'critical'])} NOT NULL`,
  `url ${text(limit.url)} NOT NULL`,
  `escalation_url ${text(limit.url)} NULL`,
  `signing_key ${text(limit.url)} NOT NULL`,
  'repeat_ms BIGINT NOT NULL',
  'escalate_ms BIGINT NOT NULL',
  'enabled BOOLEAN NOT NULL',
  `created_by ${principal} NOT NULL`,
  'created_at BIGINT NOT NULL',
  'PRIMARY KEY (name)',
]);

const escalationAlert = table('escalation_alert', [
  `id ${id} NOT NULL`,
  `open_key ${word(160)} NULL`,
  `rule ${id} NOT NULL`,
  `subject ${id} NOT NULL`,
  `severity ${word(limit.op)} NOT NULL`,
  `state ${oneOf(['open', 'acknowledged', 'resolved'])} NOT NULL`,
  'escalated BOOLEAN NOT NULL',
  'deliveries INT UNSIGNED NOT NULL',
  `detail ${text(limit.message)} NOT NULL`,
  'opened_at BIGINT NOT NULL',
  'next_at BIGINT NULL',
  `acknowledged_by ${principal} NULL`,
  'acknowledged_at BIGINT NULL',
  `comment ${text(limit.reason)} NULL`,
  'resolved_at BIGINT NULL',
  'PRIMARY KEY (id)',
  'UNIQUE KEY by_open_key (open_key)',
  'KEY by_next_at (next_at)',
  'KEY by_state (state, opened_at)',
]);

const escalationDelivery = table('escalation_delivery', [
  `id ${id} NOT NULL`,
  `alert ${id} NOT NULL`,
  `rule ${id} NOT NULL`,
  `url ${text(limit.url)} NOT NULL`,
  'at BIGINT NOT NULL',
  'duration_ms BIGINT NOT NULL',
  'attempt INT UNSIGNED NOT NULL',
  'status INT UNSIGNED NULL',
  `problem ${text(limit.message)} NOT NULL`,
  'PRIMARY KEY (id)',
  'KEY by_alert (alert, at)',
  'KEY by_rule (rule, at)',
]);

export const mysqlAdministration: readonly string[] = [
  apiKey,
  sharedSecret,
  duty,
  auditUnchained,
  auditChain,
  approvalRule,
  approvalRequest,
  escalationRule,
  escalationAlert,
  escalationDelivery,
];
