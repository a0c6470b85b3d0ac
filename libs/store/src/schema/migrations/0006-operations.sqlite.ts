/** The tables of operators' work for SQLite; conventions as in the first migration. */
import { columnLimits as limit } from '../../limits.js';

const text = (column: string, length: number) => `${column} TEXT NOT NULL CHECK (length(${column}) <= ${length})`;
const document = (column: string, nullable = 'NOT NULL') =>
  `${column} TEXT ${nullable} CHECK (length(CAST(${column} AS BLOB)) <= ${limit.documentBytes})`;
const id = (column: string) => text(column, limit.id);
const table = (name: string, lines: readonly string[]) => `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(',\n  ')}\n) STRICT`;

export const sqliteOperations: readonly string[] = [
  table('idempotency_key', [
    text('principal', limit.principal),
    text('name', 128),
    text('hash', 64),
    id('deed'),
    document('answer', 'NULL'),
    'created_at INTEGER NOT NULL',
    'PRIMARY KEY (principal, name)',
  ]),
  'CREATE INDEX IF NOT EXISTS idempotency_key_by_created_at ON idempotency_key (created_at)',
  table('policy_retirement', [
    id('name'),
    text('retired_by', limit.principal),
    text('reason', limit.reason),
    'retired_at INTEGER NOT NULL',
    'PRIMARY KEY (name)',
  ]),
  table('bulk_job', [
    id('id'),
    text('action', limit.kind),
    document('request'),
    text('reason', limit.reason),
    text('principal', limit.principal),
    text('role', limit.op),
    text('state', limit.op),
    text('cause', limit.message),
    'per_second INTEGER NOT NULL',
    'total INTEGER NOT NULL',
    `position TEXT NULL CHECK (length(position) <= ${limit.code})`,
    'created_at INTEGER NOT NULL',
    'finished_at INTEGER NULL',
    'PRIMARY KEY (id)',
  ]),
  'CREATE INDEX IF NOT EXISTS bulk_job_by_state ON bulk_job (state)',
  table('bulk_job_item', [
    id('job'),
    'place INTEGER NOT NULL',
    id('gid'),
    id('deed'),
    text('state', limit.op),
    text('code', limit.code),
    text('detail', limit.message),
    'at INTEGER NULL',
    'PRIMARY KEY (job, place)',
  ]),
  'CREATE UNIQUE INDEX IF NOT EXISTS bulk_job_item_by_gid ON bulk_job_item (job, gid)',
  'CREATE INDEX IF NOT EXISTS bulk_job_item_by_state ON bulk_job_item (job, state, place)',
  table('housekeeping', [id('name'), 'at INTEGER NOT NULL', id('gid'), 'PRIMARY KEY (name)']),
];
