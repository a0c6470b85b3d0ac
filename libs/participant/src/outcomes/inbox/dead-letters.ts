/** Events that a consumer could not handle, with the cause, until a person has them replayed or discards them. */
import type { DataSource, EntityManager } from 'typeorm';

export type DeadLetterState = 'waiting' | 'replayed' | 'discarded';

export interface DeadLetterKey {
  readonly consumer: string;
  /** `gid:version`, or `stream:sequence:milliseconds` for a message that is no event. */
  readonly id: string;
}

export interface DeadLetter extends DeadLetterKey {
  readonly subject: string;
  /** The message as it came. */
  readonly body: string;
  readonly attempts: number;
  /** What the last attempt ended with. */
  readonly cause: string;
  readonly state: DeadLetterState;
  /** Why it was discarded, or what became of its replay. */
  readonly note: string;
  readonly failedAtMs: number;
  readonly endedAtMs: number | null;
}

/** Lengths of the columns, in characters. */
const LONGEST_CAUSE = 4_096;
const LONGEST_NOTE = 1_024;

const COLUMNS = 'consumer, id, subject, body, attempts, cause, state, note, failed_at AS failedAtMs, ended_at AS endedAtMs';

type Row = Omit<DeadLetter, 'failedAtMs' | 'endedAtMs'> & {
  readonly failedAtMs: number | string;
  readonly endedAtMs: number | string | null;
};

export class DeadLetters {
  constructor(private readonly dataSource: DataSource) {}

  /** Keeps a letter, or notes that one which is there has failed again. Index: primary. */
  async keep(manager: EntityManager, letter: Omit<DeadLetter, 'state' | 'note' | 'endedAtMs'>): Promise<void> {
    const { consumer, id, subject, body, attempts, cause, failedAtMs } = letter;
    if ((await this.lock(manager, letter)) !== null) {
      const sql = 'UPDATE dead_letter SET attempts = ?, cause = ?, failed_at = ? WHERE consumer = ? AND id = ?';
      await manager.query(sql, [attempts, cut(cause, LONGEST_CAUSE), failedAtMs, consumer, id]);
      return;
    }
    const sql =
      'INSERT INTO dead_letter (consumer, id, subject, body, attempts, cause, state, note, failed_at, ended_at) ' +
      "VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', ?, NULL)";
    await manager.query(sql, [consumer, id, subject, body, attempts, cut(cause, LONGEST_CAUSE), failedAtMs]);
  }

  /** Ends a letter that waits. Index: primary. */
  async end(manager: EntityManager, key: DeadLetterKey, state: DeadLetterState, note: string, endedAtMs: number): Promise<void> {
    const sql = "UPDATE dead_letter SET state = ?, note = ?, ended_at = ? WHERE consumer = ? AND id = ? AND state = 'waiting'";
    await manager.query(sql, [state, cut(note, LONGEST_NOTE), endedAtMs, key.consumer, key.id]);
  }

  /** Reads a letter and keeps others from ending it until the local transaction has. Index: primary. */
  async lock(manager: EntityManager, key: DeadLetterKey): Promise<DeadLetter | null> {
    const suffix = this.dataSource.options.type === 'better-sqlite3' ? '' : ' FOR UPDATE';
    const sql = `SELECT ${COLUMNS} FROM dead_letter WHERE consumer = ? AND id = ?${suffix}`;
    return first(await manager.query<Row[]>(sql, [key.consumer, key.id]));
  }

  /** Index: primary. */
  async find({ consumer, id }: DeadLetterKey): Promise<DeadLetter | null> {
    return first(await this.dataSource.query<Row[]>(`SELECT ${COLUMNS} FROM dead_letter WHERE consumer = ? AND id = ?`, [consumer, id]));
  }

  /** How many wait, by consumer; none of those that have none. Index: (state, consumer, id) alone. */
  async countWaiting(): Promise<ReadonlyMap<string, number>> {
    const sql = "SELECT consumer, COUNT(*) AS n FROM dead_letter WHERE state = 'waiting' GROUP BY consumer";
    const rows = await this.dataSource.query<{ readonly consumer: string; readonly n: number | string }[]>(sql);
    return new Map(rows.map(({ consumer, n }) => [consumer, Number(n)]));
  }

  /** In the order of consumer and id, from behind `after` on. Index: (state, consumer, id). */
  async list(
    state: DeadLetterState,
    { consumer, after, limit }: { readonly consumer?: string | undefined; readonly after: DeadLetterKey; readonly limit: number },
  ): Promise<readonly DeadLetter[]> {
    const ofConsumer = consumer === undefined ? '' : ' AND consumer = ?';
    const sql =
      `SELECT ${COLUMNS} FROM dead_letter WHERE state = ?${ofConsumer} AND (consumer > ? OR (consumer = ? AND id > ?)) ` +
      'ORDER BY consumer, id LIMIT ?';
    const own = consumer === undefined ? [] : [consumer];
    const rows = await this.dataSource.query<Row[]>(sql, [state, ...own, after.consumer, after.consumer, after.id, limit]);
    return rows.map(letterOf);
  }
}

function first(rows: readonly Row[]): DeadLetter | null {
  return rows[0] === undefined ? null : letterOf(rows[0]);
}

/** The drivers hand BIGINT over as text, and libsql adds properties of its own to a row. */
function letterOf(row: Row): DeadLetter {
  const { consumer, id, subject, body, attempts, cause, state, note, failedAtMs, endedAtMs } = row;
  const times = { failedAtMs: Number(failedAtMs), endedAtMs: endedAtMs === null ? null : Number(endedAtMs) };
  return { consumer, id, subject, body, attempts: Number(attempts), cause, state, note, ...times };
}

/** Halves of surrogate pairs are no text that a database would keep. */
function cut(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf8').toString('utf8');
}
