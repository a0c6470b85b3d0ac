/** What the database says no to, as far as callers act on it. */

interface DriverError {
  readonly code?: unknown;
}

/** True when a row with this key is there already, whatever the driver calls it. */
export function isDuplicate(error: unknown): boolean {
  const { code } = ((error as { readonly driverError?: DriverError }).driverError ?? error) as DriverError;
  return code === 'ER_DUP_ENTRY' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}
