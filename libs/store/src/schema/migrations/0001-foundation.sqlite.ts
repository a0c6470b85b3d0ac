/**
 * The tables for SQLite. STRICT, with the lengths of the MySQL columns as checks, so that both refuse the same rows. Numbers of 63 random bits are
 * TEXT: a driver would hand them to JavaScript as rounded numbers.
 */
import { columnLimits as limit } from '../../limits.js';

const text = (column: string, length: number) => `${column} TEXT NOT NULL CHECK (length(${column}) <= ${length})`;
/** ASCII without blanks, as the writer of the other databases lets it in. */
const id = (column: string) => `${column} TEXT NOT NULL CHECK (length(${column}) <= ${limit.id} AND ${column} NOT GLOB '*[^!-~]*')`;
const oneOf = (column: string, values: readonly string[]) =>
  `${column} TEXT NOT NULL CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;
const document = (column: string) => `${column} TEXT NOT NULL CHECK (length(CAST(${column} AS BLOB)) <= ${limit.documentBytes})`;
const table = (name: string, lines: readonly string[]) => `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) STRICT`;
const index = (name: string, on: string) => `CREATE INDEX IF NOT EXISTS ${name} ON ${on}`;

const globalTransaction = [
  table('global_transaction', [
    id('gid'),
    oneOf('status', ['active', 'committing', 'committed', 'aborting', 'aborted']),
    text('pattern', limit.pattern),
    'mixed INTEGER NOT NULL',
    'paused INTEGER NOT NULL',
    'owner TEXT NULL',
    'due_at INTEGER NULL',
    'version INTEGER NOT NULL',
    'flush TEXT NOT NULL',
    text('name', limit.name),
    `business_key TEXT NULL CHECK (length(business_key) <= ${limit.businessKey})`,
    text('created_by', limit.principal),
    'content_hash BLOB NOT NULL CHECK (length(content_hash) = 32)',
    document('definition'),
    document('progress'),
    'created_at INTEGER NOT NULL',
    'finished_at INTEGER NULL',
    'PRIMARY KEY (gid)',
  ]),
  index('global_transaction_by_owner', 'global_transaction (owner)'),
  index('global_transaction_by_due_at', 'global_transaction (due_at)'),
  index('global_transaction_by_created_at', 'global_transaction (created_at, gid)'),
  index('global_transaction_by_business_key', 'global_transaction (business_key)'),
];

const coordinatorNode = [
  table('coordinator_node', [
    'incarnation TEXT NOT NULL',
    text('name', limit.name),
    oneOf('state', ['alive', 'dead', 'stopped']),
    'flushes INTEGER NOT NULL',
    'started_at INTEGER NOT NULL',
    'seen_at INTEGER NOT NULL',
    'PRIMARY KEY (incarnation)',
  ]),
  index('coordinator_node_by_state', 'coordinator_node (state, name)'),
];

const command = table('command', [
  id('id'),
  id('gid'),
  text('kind', limit.kind),
  document('body'),
  text('principal', limit.principal),
  text('reason', limit.reason),
  'PRIMARY KEY (id)',
]);

const attention = [
  table('attention', [
    id('gid'),
    id('branch'),
    text('kind', limit.kind),
    text('code', limit.code),
    text('participant', limit.id),
    'since INTEGER NOT NULL',
    'PRIMARY KEY (gid, branch, kind)',
  ]),
  index('attention_by_participant', 'attention (participant)'),
];

const attemptLog = table('attempt_log', [
  id('gid'),
  'flush TEXT NOT NULL',
  'place INTEGER NOT NULL',
  id('branch'),
  text('op', limit.op),
  'attempt INTEGER NOT NULL',
  'started_at INTEGER NOT NULL',
  'duration_ms INTEGER NOT NULL',
  text('outcome', limit.outcome),
  text('code', limit.code),
  text('message', limit.message),
  'PRIMARY KEY (gid, flush, place)',
]);

const retryPolicy = table('retry_policy', [
  id('name'),
  'version INTEGER NOT NULL',
  'deadline_ms INTEGER NULL',
  'forward_timeout_ms INTEGER NOT NULL',
  'end_timeout_ms INTEGER NOT NULL',
  'first_interval_ms INTEGER NOT NULL',
  'multiplier REAL NOT NULL',
  'cap_ms INTEGER NOT NULL',
  'jitter REAL NOT NULL',
  'forward_attempts INTEGER NOT NULL',
  'end_attempts INTEGER NOT NULL',
  oneOf('on_exhausted', ['abort', 'park']),
  'poll_interval_ms INTEGER NOT NULL',
  'max_pending_ms INTEGER NOT NULL',
  text('created_by', limit.principal),
  'PRIMARY KEY (name, version)',
]);

const participant = table('participant', [
  id('name'),
  text('base_url', limit.url),
  `signing_key TEXT NULL CHECK (length(signing_key) <= ${limit.url})`,
  'concurrency INTEGER NOT NULL',
  'PRIMARY KEY (name)',
]);

const outbox = table('outbox', [
  id('id'),
  id('gid'),
  text('kind', limit.kind),
  document('body'),
  'created_at INTEGER NOT NULL',
  'PRIMARY KEY (id)',
]);

const auditLog = [
  table('audit_log', [
    id('id'),
    id('gid'),
    'at INTEGER NOT NULL',
    text('principal', limit.principal),
    text('action', limit.kind),
    text('reason', limit.reason),
    text('detail', limit.detail),
    'PRIMARY KEY (id)',
  ]),
  index('audit_log_by_gid', 'audit_log (gid, at)'),
];

export const sqliteTables: readonly string[] = [
  ...globalTransaction,
  ...coordinatorNode,
  command,
  ...attention,
  attemptLog,
  retryPolicy,
  participant,
  outbox,
  ...auditLog,
];
