/**
 * What an error says about a flush. Only the server's own answer proves that a packet stopped where it failed; everything else leaves open
 * whether it commits, and so does an answer that can come while COMMIT itself is running.
 */

/** What mysql2 throws: `sqlState` only when the server answered. */
export interface MysqlError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlState?: string;
}

export type Verdict = 'fenced' | 'duplicate' | 'data_error' | 'retryable' | 'unknown';

const errnos: Readonly<Record<Exclude<Verdict, 'retryable'>, readonly number[]>> = {
  // 1048: NULL into `flushes`, the only NULL that a flush can write into a column that has none. 1242: the incarnation has no row.
  fenced: [1048, 1242],
  duplicate: [1062],
  // Too long, out of range, not in the character set, not in the enumeration, a broken check (MariaDB 4025, MySQL 3819), an undersized packet limit.
  data_error: [1118, 1153, 1264, 1265, 1292, 1300, 1301, 1366, 1406, 3819, 3988, 4025],
  // Shutdown, killed (MariaDB 1927, MySQL 4031), interrupted, network trouble seen by the server, an error within COMMIT.
  unknown: [1053, 1077, 1078, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1180, 1184, 1317, 1927, 4031],
};

/**
 * 1213, 1205, 1020, 1047, 1290, 1836, 3101 and whatever else the server answers instead of working (a full disk, a missing privilege) is
 * `retryable`: nothing of the flush is in the database once ROLLBACK has run or the session is gone.
 */
export function verdictOf(error: MysqlError): Verdict {
  if (!isServerAnswer(error)) return 'unknown';
  const errno = error.errno ?? 0;
  const verdicts = ['fenced', 'duplicate', 'data_error', 'unknown'] as const;
  return verdicts.find((verdict) => errnos[verdict].includes(errno)) ?? 'retryable';
}

/** True when the server read the statement and answered that it failed. */
export function isServerAnswer(error: MysqlError): boolean {
  return error.sqlState !== undefined && (error.errno ?? 0) >= 1_000;
}

/** The error in one line, without the statement. */
export function describe(error: MysqlError): string {
  if (isServerAnswer(error)) return `${error.errno} ${error.message}`;
  const code = error.code ?? error.name;
  return error.message.includes(code) ? error.message : `${code}: ${error.message || 'no connection'}`;
}

/** 1205: another transaction held the lock for longer than this session waits. */
export const LOCK_WAIT_TIMEOUT = 1_205;
