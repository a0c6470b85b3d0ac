/** The tables of administration for SQLite; conventions as in the first migration. */
import { columnLimits as limit } from '../../limits.js';

const text = (column: string, length: number) => `${column} TEXT NOT NULL CHECK (length(${column}) <= ${length})`;
const optional = (column: string, length: number) => `${column} TEXT NULL CHECK (length(${column}) <= ${length})`;
const id = (column: string) => `${column} TEXT NOT NULL CHECK (length(${column}) <= ${limit.id} AND ${column} NOT GLOB '*[^!-~]*')`;
const oneOf = (column: string, values: readonly string[]) =>
  `${column} TEXT NOT NULL CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;
const whole = (column: string) => `${column} INTEGER NOT NULL`;
const moment = (column: string) => `${column} INTEGER NULL`;
const table = (name: string, lines: readonly string[]) => `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) STRICT`;
const index = (name: string, on: string) => `CREATE INDEX IF NOT EXISTS ${name} ON ${on}`;
const unique = (name: string, on: string) => `CREATE UNIQUE INDEX IF NOT EXISTS ${name} ON ${on}`;

const apiKey = [
  table('api_key', [
    id('id'),
    id('principal'),
    oneOf('role', ['service', 'viewer', 'operator', 'admin']),
    text('hash', 64),
    text('created_by', limit.principal),
    whole('created_at'),
    moment('expires_at'),
    optional('revoked_by', limit.principal),
    moment('revoked_at'),
    'PRIMARY KEY (id)',
  ]),
  unique('api_key_by_hash', 'api_key (hash)'),
  index('api_key_by_principal', 'api_key (principal)'),
];

const small = [
  table('shared_secret', [id('name'), text('value', 128), 'PRIMARY KEY (name)']),
  table('duty', [id('name'), id('holder'), whole('until'), 'PRIMARY KEY (name)']),
  table('audit_unchained', [id('id'), 'PRIMARY KEY (id)']),
];

const auditChain = [
  table('audit_chain', [whole('seq'), id('audit_id'), text('hash', 64), 'PRIMARY KEY (seq)']),
  unique('audit_chain_by_audit_id', 'audit_chain (audit_id)'),
];

const approval = [
  table('approval_rule', [
    text('action', limit.kind),
    text('role', limit.op),
    whole('ttl_ms'),
    text('created_by', limit.principal),
    whole('created_at'),
    'PRIMARY KEY (action, role)',
  ]),
  table('approval_request', [
    id('id'),
    id('gid'),
    text('action', limit.kind),
    text('request', limit.documentBytes),
    text('preview', limit.documentBytes),
    text('reason', limit.reason),
    text('requested_by', limit.principal),
    text('requester_role', limit.op),
    whole('requested_at'),
    whole('expires_at'),
    oneOf('state', ['pending', 'approved', 'rejected', 'expired']),
    optional('decided_by', limit.principal),
    optional('comment', limit.reason),
    moment('decided_at'),
    optional('outcome', limit.documentBytes),
    'PRIMARY KEY (id)',
  ]),
  index('approval_request_by_state', 'approval_request (state, requested_at)'),
  index('approval_request_by_gid', 'approval_request (gid)'),
];

const escalation = [
  table('escalation_rule', [
    id('name'),
    oneOf('kind', ['parked', 'stuck', 'breaker_open', 'mixed']),
    whole('age_ms'),
    oneOf('severity', ['info', 'warning', 'critical']),
    text('url', limit.url),
    optional('escalation_url', limit.url),
    text('signing_key', limit.url),
    whole('repeat_ms'),
    whole('escalate_ms'),
    whole('enabled'),
    text('created_by', limit.principal),
    whole('created_at'),
    'PRIMARY KEY (name)',
  ]),
  table('escalation_alert', [
    id('id'),
    optional('open_key', 160),
    id('rule'),
    id('subject'),
    text('severity', limit.op),
    oneOf('state', ['open', 'acknowledged', 'resolved']),
    whole('escalated'),
    whole('deliveries'),
    text('detail', limit.message),
    whole('opened_at'),
    moment('next_at'),
    optional('acknowledged_by', limit.principal),
    moment('acknowledged_at'),
    optional('comment', limit.reason),
    moment('resolved_at'),
    'PRIMARY KEY (id)',
  ]),
  unique('escalation_alert_by_open_key', 'escalation_alert (open_key)'),
  index('escalation_alert_by_next_at', 'escalation_alert (next_at)'),
  index('escalation_alert_by_state', 'escalation_alert (state, opened_at)'),
  table('escalation_delivery', [
    id('id'),
    id('alert'),
    id('rule'),
    text('url', limit.url),
    whole('at'),
    whole('duration_ms'),
    whole('attempt'),
    'status INTEGER NULL',
    text('problem', limit.message),
    'PRIMARY KEY (id)',
  ]),
  index('escalation_delivery_by_alert', 'escalation_delivery (alert, at)'),
  index('escalation_delivery_by_rule', 'escalation_delivery (rule, at)'),
];

export const sqliteAdministration: readonly string[] = [...apiKey, ...small, ...auditChain, ...approval, ...escalation];
