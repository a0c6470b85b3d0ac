/**
 * What can only be seen in the database: what rests, what needs somebody, how old the oldest unfinished transaction is, which nodes there are. Every
 * statement goes by an index that holds unfinished rows only, and is bounded, so that a scrape costs the same whatever the history is.
 */
import type { NodeRow } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import type { DataSource } from 'typeorm';

/** All nodes of one database see the same. */
export interface Standing {
  /** Database time, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Transactions in nobody's memory that are not final: at most `MOST_COUNTED`, which then means "or more". */
  readonly atRest: number;
  /** When the oldest unfinished transaction was accepted, as far as is seen (see `MOST_LOOKED_AT`). `null`: there is none. */
  readonly oldestCreatedAtMs: number | null;
  /** Rows of the table `attention`. */
  readonly attention: readonly { readonly kind: Attention['kind']; readonly participant: string; readonly count: number }[];
  readonly nodes: readonly { readonly state: NodeRow['state']; readonly count: number }[];
}

/** Entries of an index; counting so many takes some 20 ms. */
export const MOST_COUNTED = 100_000;
/** Rows that are looked at for the oldest one: of those that are driven, due next, or wait for a person, so many each. */
const MOST_LOOKED_AT = 5_000;
/** Combinations of kind and participant; participants are named in the configuration. */
const MOST_GROUPS = 1_000;

const unfinished = "status NOT IN ('committed', 'aborted')";

/** Index: (due_at), which holds only resting rows for which something will be owed. Its values are times, so `> 0` is all of them. */
const dueCount = `SELECT COUNT(*) AS amount FROM (SELECT gid FROM global_transaction WHERE due_at > 0 LIMIT ${MOST_COUNTED}) due`;

/** Parked and paused ones that wait for nothing but a person have no `due_at`. Index: the small table `attention`, then primary. */
const waitingForPerson = `SELECT COUNT(*) AS amount, MIN(t.created_at) AS oldest
FROM (SELECT DISTINCT gid FROM attention WHERE kind IN ('parked', 'paused') LIMIT ${MOST_LOOKED_AT}) a
JOIN global_transaction t ON t.gid = a.gid
WHERE t.due_at IS NULL AND t.owner IS NULL AND t.${unfinished}`;

/** Index: (due_at). What has been retried for long is due soon, so that it is among the first. */
const oldestDue = `SELECT MIN(created_at) AS oldest
FROM (SELECT created_at FROM global_transaction WHERE due_at > 0 ORDER BY due_at LIMIT ${MOST_LOOKED_AT}) due`;

/** Index: (owner), which ends with the gid: of the UUIDv7 gids of one owner the oldest come first. Incarnations are positive. */
const oldestDriven = `SELECT MIN(created_at) AS oldest
FROM (SELECT created_at FROM global_transaction WHERE owner > 0 ORDER BY owner, gid LIMIT ${MOST_LOOKED_AT}) driven`;

const attention = `SELECT kind, participant, COUNT(*) AS amount FROM attention GROUP BY kind, participant LIMIT ${MOST_GROUPS}`;

/** The dead and the stopped that own nothing any more are history. Index: (owner), once for each node there ever was. */
const nodes = `SELECT state, COUNT(*) AS amount FROM coordinator_node n
WHERE state = 'alive' OR EXISTS (SELECT 1 FROM global_transaction g WHERE g.owner = n.incarnation)
GROUP BY state`;

/** Both dialects answer milliseconds. */
const now = {
  sqlite: "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS amount",
  mysql: 'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS amount',
};

/** The statements over `global_transaction`, for a test that asks the databases how they carry them out. */
export const standingStatements = { dueCount, waitingForPerson, oldestDue, oldestDriven, nodes };

/** Drivers hand numbers over as numbers or as text. */
type Numeric = number | string | null;

/** Reads how everything stands. Rejects with the driver's error while the database is away. */
export async function readStanding(dataSource: DataSource): Promise<Standing> {
  const one = async (sql: string) => (await dataSource.query<{ amount: Numeric; oldest: Numeric }[]>(sql))[0];
  const rows = <Row>(sql: string) => dataSource.query<Row[]>(sql);
  const moment = await one(dataSource.options.type === 'better-sqlite3' ? now.sqlite : now.mysql);
  const due = await one(dueCount);
  const waiting = await one(waitingForPerson);
  const ages = [waiting?.oldest, (await one(oldestDue))?.oldest, (await one(oldestDriven))?.oldest];
  const known = ages.filter((age) => age !== null && age !== undefined).map(Number);
  const concerns = await rows<{ kind: Attention['kind']; participant: string; amount: Numeric }>(attention);
  const states = await rows<{ state: NodeRow['state']; amount: Numeric }>(nodes);
  return {
    nowMs: Number(moment?.amount),
    atRest: Math.min(MOST_COUNTED, Number(due?.amount) + Number(waiting?.amount)),
    oldestCreatedAtMs: known.length === 0 ? null : Math.min(...known),
    attention: concerns.map(({ kind, participant, amount }) => ({ kind, participant, count: Number(amount) })),
    nodes: states.map(({ state, amount }) => ({ state, count: Number(amount) })),
  };
}
