import { adviceOnServer, isMariadb, problemsOfSession } from './session.js';

const settings = { lockWaitS: 2, idleS: 5 };
const good = {
  autocommit: 'ON',
  binlog_format: 'ROW',
  character_set_client: 'utf8mb4',
  character_set_connection: 'utf8mb4',
  innodb_flush_log_at_trx_commit: '1',
  innodb_lock_wait_timeout: '2',
  log_bin: 'ON',
  max_allowed_packet: '67108864',
  sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  transaction_isolation: 'READ-COMMITTED',
  version: '8.0.36',
  wait_timeout: '5',
};
const problems = (changes: Record<string, string>) => problemsOfSession(new Map(Object.entries({ ...good, ...changes })), settings);

describe('a session', () => {
  it('is accepted as it must be', () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    ['sql_mode', 'NO_ENGINE_SUBSTITUTION', 'sql_mode is "NO_ENGINE_SUBSTITUTION"; strict mode is needed'],
    ['sql_mode', 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', 'sql_mode has NO_BACKSLASH_ESCAPES, which this session may not have'],
    ['sql_mode', 'STRICT_ALL_TABLES,ANSI_QUOTES', 'sql_mode has ANSI_QUOTES, which this session may not have'],
    ['transaction_isolation', 'REPEATABLE-READ', 'the isolation level is REPEATABLE-READ; READ COMMITTED is needed'],
    ['binlog_format', 'STATEMENT', 'binlog_format is STATEMENT, which READ COMMITTED cannot be replicated with; set it to ROW (or MIXED)'],
    ['autocommit', 'OFF', 'autocommit is off; it is needed'],
    ['character_set_client', 'latin1', 'character_set_client is latin1; utf8mb4 is needed'],
    ['character_set_connection', 'utf8mb3', 'character_set_connection is utf8mb3; utf8mb4 is needed'],
    ['innodb_lock_wait_timeout', '50', 'innodb_lock_wait_timeout could not be set'],
    ['wait_timeout', '28800', 'wait_timeout could not be set'],
    ['max_allowed_packet', '1024', 'max_allowed_packet is 1024; 1048576 or more is needed'],
    ['version', '5.7.44', 'the server is 5.7.44; MySQL 8.0 or MariaDB 10.6 or later is needed'],
    ['version', '10.5.23-MariaDB', 'the server is 10.5.23-MariaDB; MySQL 8.0 or MariaDB 10.6 or later is needed'],
  ])('is refused with %s %s', (name, value, problem) => {
    expect(problems({ [name]: value })).toEqual([problem]);
  });

  it.each(['8.0.0', '9.7.0', '10.6.0-MariaDB', '5.5.5-10.11.6-MariaDB-log', '11.4.2-MariaDB'])('is accepted from server %s', (version) => {
    expect(problems({ version })).toEqual([]);
  });

  it('may have binlog_format STATEMENT where there is no binlog', () => {
    expect(problems({ binlog_format: 'STATEMENT', log_bin: 'OFF' })).toEqual([]);
  });

  it('is judged by the older name of the isolation level where there is no other', () => {
    const { transaction_isolation: _newer, ...older } = good;
    const judge = (level: string) => problemsOfSession(new Map(Object.entries({ ...older, tx_isolation: level })), settings);
    expect(judge('READ-COMMITTED')).toEqual([]);
    expect(judge('SERIALIZABLE')).toHaveLength(1);
  });

  it('gets every problem named at once', () => {
    expect(problems({ autocommit: 'OFF', sql_mode: '', version: '5.6.1' })).toHaveLength(3);
  });
});

it('advises to make commits durable', () => {
  expect(adviceOnServer(new Map([['innodb_flush_log_at_trx_commit', '0']]))).toHaveLength(1);
  expect(adviceOnServer(new Map([['innodb_flush_log_at_trx_commit', '1']]))).toEqual([]);
});

it('tells MariaDB from MySQL', () => {
  expect([isMariadb('10.11.6-MariaDB'), isMariadb('8.4.0')]).toEqual([true, false]);
});
