/** Policies that only the benchmark needs; a policy is a row that people edit, so that this is no other configuration than theirs. */
import type mysql from 'mysql2/promise';

export interface PolicyWish {
  readonly name: string;
  readonly deadlineMs: number | null;
  /** The longest interval between two attempts. */
  readonly capMs: number;
}

const COPIED =
  'forward_timeout_ms,end_timeout_ms,first_interval_ms,multiplier,jitter,forward_attempts,end_attempts,on_exhausted,poll_interval_ms,max_pending_ms,created_by';

/** Adds one that is as `patient` but for what is wished. */
export async function addPolicy(connection: mysql.Connection, { name, deadlineMs, capMs }: PolicyWish): Promise<void> {
  await connection.query(
    `INSERT INTO retry_policy(name,version,deadline_ms,cap_ms,${COPIED}) SELECT ?,1,?,?,${COPIED} FROM retry_policy WHERE name='patient' AND version=1`,
    [name, deadlineMs, capMs],
  );
}
