/**
 * The session that flushes need, and what is checked before one is trusted. Without strict mode the fence would set `flushes` to 0 and
 * commit; with another escape mode our literals would be wrong; without a short lock wait one foreign lock would stop the node. So everything is set, read
 * back, and explained when it is not so.
 */

export interface SessionSettings {
  /** How long a statement waits for a row lock, in seconds. */
  readonly lockWaitS: number;
  /** After this idle time the server ends the session, and with it the open flush of a paused node: one lease, in seconds. */
  readonly idleS: number;
}

export type ServerVariables = ReadonlyMap<string, string>;

const SQL_MODE = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** The same for the pool's sessions, which only read and write single rows: literals must mean there what they mean here. */
export const POOL_SESSION_SETUP = `SET SESSION sql_mode='${SQL_MODE}',time_zone='+00:00'`;

/** One packet that makes the session. */
export function sessionSetup({ lockWaitS, idleS }: SessionSettings): string {
  return [
    `SET SESSION sql_mode='${SQL_MODE}',time_zone='+00:00',innodb_lock_wait_timeout=${lockWaitS},lock_wait_timeout=${lockWaitS},wait_timeout=${idleS}`,
    'SET NAMES utf8mb4',
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ].join(';');
}

const NAMES = [
  'autocommit',
  'binlog_format',
  'character_set_client',
  'character_set_connection',
  'innodb_flush_log_at_trx_commit',
  'innodb_lock_wait_timeout',
  'log_bin',
  'max_allowed_packet',
  'sql_mode',
  'transaction_isolation',
  'tx_isolation',
  'version',
  'wait_timeout',
];

/** Reads what `problemsOfSession` judges; SHOW, because MariaDB and MySQL name some of them differently, and some are missing. */
export const READ_VARIABLES = `SHOW SESSION VARIABLES WHERE Variable_name IN (${NAMES.map((name) => `'${name}'`).join(',')})`;

/** Everything that is wrong, one sentence each; empty when flushes may be sent. */
export function problemsOfSession(variables: ServerVariables, settings: SessionSettings): readonly string[] {
  const value = (name: string) => variables.get(name) ?? '';
  const modes = value('sql_mode').split(',');
  const isolation = variables.get('transaction_isolation') ?? value('tx_isolation');
  const checks: readonly (readonly [boolean, string])[] = [
    [isSupported(value('version')), `the server is ${value('version')}; MySQL 8.0 or MariaDB 10.6 or later is needed`],
    [
      modes.some((mode) => mode === 'STRICT_ALL_TABLES' || mode === 'STRICT_TRANS_TABLES'),
      `sql_mode is "${value('sql_mode')}"; strict mode is needed`,
    ],
    [!modes.includes('NO_BACKSLASH_ESCAPES'), 'sql_mode has NO_BACKSLASH_ESCAPES, which this session may not have'],
    [!modes.includes('ANSI_QUOTES'), 'sql_mode has ANSI_QUOTES, which this session may not have'],
    [isolation === 'READ-COMMITTED', `the isolation level is ${isolation}; READ COMMITTED is needed`],
    [
      value('log_bin') !== 'ON' || value('binlog_format') !== 'STATEMENT',
      'binlog_format is STATEMENT, which READ COMMITTED cannot be replicated with; set it to ROW (or MIXED)',
    ],
    [value('autocommit') === 'ON', 'autocommit is off; it is needed'],
    [value('character_set_client') === 'utf8mb4', `character_set_client is ${value('character_set_client')}; utf8mb4 is needed`],
    [
      value('character_set_connection') === 'utf8mb4',
      `character_set_connection is ${value('character_set_connection')}; utf8mb4 is needed`,
    ],
    [Number(value('innodb_lock_wait_timeout')) <= settings.lockWaitS, 'innodb_lock_wait_timeout could not be set'],
    [Number(value('wait_timeout')) <= settings.idleS, 'wait_timeout could not be set'],
    [
      Number(value('max_allowed_packet')) >= MIN_PACKET_BYTES,
      `max_allowed_packet is ${value('max_allowed_packet')}; 1048576 or more is needed`,
    ],
  ];
  return checks.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}

/** What works, but breaks a promise when the server's machine fails. */
export function adviceOnServer(variables: ServerVariables): readonly string[] {
  const flushLog = variables.get('innodb_flush_log_at_trx_commit');
  return flushLog === undefined || flushLog === '1'
    ? []
    : [`innodb_flush_log_at_trx_commit is ${flushLog}: what was acknowledged may be lost when the database's machine fails; set it to 1`];
}

/** True for MariaDB, by the server's version. */
export function isMariadb(version: string): boolean {
  return version.includes('MariaDB');
}

const MIN_PACKET_BYTES = 1_048_576;

function isSupported(version: string): boolean {
  // Behind some proxies MariaDB says 5.5.5-10.6.1-MariaDB.
  const [major = 0, minor = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return isMariadb(version) ? major > 10 || (major === 10 && minor >= 6) : major >= 8;
}
