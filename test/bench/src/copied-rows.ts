/**
 * Makes many rows of one that the coordinator itself has written: whatever the columns hold is what it wrote, but for gid and times. The gids are UUIDv7 of
 * the time at which each would have begun, as real ones are, so that they lie in the table where history lies.
 */
import type mysql from 'mysql2/promise';
import { until } from './until.js';

export interface Copies {
  /** The row that is copied. */
  readonly gid: string;
  readonly count: number;
  /** When the first of the copies began, in milliseconds since the epoch; the last one begins `spanMs` later. */
  readonly fromMs: number;
  readonly spanMs: number;
}

const CHUNK = 50_000;
const COLUMNS =
  'gid,status,pattern,mixed,paused,owner,due_at,version,flush,name,business_key,created_by,content_hash,definition,progress,created_at,finished_at';

/** One statement for the copies `from` to `to` (inclusive, counted from 1). Times move with the beginning, so that each keeps its distances. */
export function copyStatement({ gid, count, fromMs, spanMs }: Copies, from: number, to: number): string {
  const begun = `(${Math.floor(fromMs)}+FLOOR(n.seq*${Math.floor(spanMs)}/${count}))`;
  const time = `LPAD(LOWER(HEX(${begun})),12,'0')`;
  const random = `MD5(CONCAT(t.gid,n.seq,${Math.floor(fromMs)}))`;
  const uuid = `CONCAT(SUBSTR(${time},1,8),'-',SUBSTR(${time},9,4),'-7',SUBSTR(${random},1,3),'-8',SUBSTR(${random},4,3),'-',SUBSTR(${random},7,12))`;
  const moved = (column: string) => `${begun}+(t.${column}-t.created_at)`;
  const same = 't.status,t.pattern,t.mixed,t.paused,t.owner';
  const rest = 't.version,t.flush,t.name,t.business_key,t.created_by,t.content_hash,t.definition,t.progress';
  return (
    `INSERT INTO global_transaction(${COLUMNS}) SELECT ${uuid},${same},${moved('due_at')},${rest},${begun},${moved('finished_at')} ` +
    `FROM seq_${from}_to_${to} n STRAIGHT_JOIN global_transaction t WHERE t.gid='${gid}'`
  );
}

/** Writes the copies, some ten thousand in one commit. MariaDB only: it counts by its sequence tables. */
export async function copyRow(connection: mysql.Connection, copies: Copies): Promise<void> {
  for (let from = 1; from <= copies.count; from += CHUNK) {
    await connection.query(copyStatement(copies, from, Math.min(copies.count, from + CHUNK - 1)));
  }
}

const LOOK_EVERY_MS = 100;
const SETTLE_WITHIN_MS = 120_000;
/** So few pages that writing them does not show. */
const FEW_PAGES = 500;
/** Pages a second; the server would write 200, as if its disk turned. */
const WRITING = { innodb_max_dirty_pages_pct: 0, innodb_io_capacity_max: 20_000, innodb_io_capacity: 20_000 };

/** Waits until the server has written what was poured in, so that nobody pays for it later. Throws when that takes more than two minutes. */
export async function untilWritten(connection: mysql.Connection): Promise<void> {
  const names = Object.keys(WRITING);
  const [[before]] = await connection.query<mysql.RowDataPacket[]>(
    `SELECT ${names.map((name) => `@@GLOBAL.${name} AS ${name}`).join(',')}`,
  );
  const settings: Readonly<Record<string, unknown>> = before!;
  await setGlobals(connection, WRITING);
  try {
    await until('the server has written what was poured in', LOOK_EVERY_MS, SETTLE_WITHIN_MS, async () => {
      const [[row]] = await connection.query<mysql.RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'");
      return Number(row?.Value) < FEW_PAGES;
    });
  } finally {
    // The capacity before its maximum, which may not be lower.
    await setGlobals(connection, Object.fromEntries([...names].reverse().map((name) => [name, settings[name]])));
  }
}

async function setGlobals(connection: mysql.Connection, values: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await connection.query(`SET GLOBAL ${name}=${Number(value)}`);
}
