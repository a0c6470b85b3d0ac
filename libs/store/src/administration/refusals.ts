/** What the database says no to, as far as callers act on it. */

/** It waited for another transaction, or stood in its way: the whole unit may be tried again. */
const COLLISIONS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);

/** It is not there, or has no room: nothing is wrong with what was asked. */
const AWAY = new Set([
  ...COLLISIONS,
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_OPTION_PREVENTS_STATEMENT',
  'SQLITE_BUSY',
  'SQLITE_FULL',
  'SQLITE_IOERR',
]);

/** True when a row with this key is there already, whatever the driver calls it. */
export function isDuplicate(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ER_DUP_ENTRY' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** True when the whole transaction may be tried again at once. */
export function isCollision(error: unknown): boolean {
  return COLLISIONS.has(codeOf(error));
}

/** True when the database cannot be reached or cannot serve now, whoever asks what. */
export function isDatabaseAway(error: unknown): boolean {
  return AWAY.has(codeOf(error));
}

/** The code of the driver, under what TypeORM has wrapped around it; empty when there is none. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { driverError = error } = error as { readonly driverError?: object };
  const { code } = driverError as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
