/**
 * A backlog after an outage. Both participants are away while customers go on to come; the node is told to stop, so that everything rests, and stays away
 * until all of it is due (a policy whose retries are never far apart sees to it that this is soon). Then participants and node come back. Counted from the first call that arrives to the last transaction that ends, the ramp that
 * spares a participant that has just come back included. How many calls were in the air at one time is counted at the participants.
 */
import type mysql from 'mysql2/promise';
import { repeat } from '../closed-loop.js';
import type { Database } from '../ground.js';
import { unwatchedSaga, withPool } from '../load/index.js';
import { addPolicy } from '../policies.js';
import type { Running, ScriptedParticipant } from '../processes.js';
import { until } from '../until.js';
import { type Bench, FULL_LOAD, type Scenario } from './scenario.js';

/** As shipped: ASSENT_CONCURRENCY. */
const CONCURRENCY_LIMIT = 64;
/** Long enough that calls pile up at the participant as far as they are let. */
const DELAY_MS = 5;
const WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 50;
/** It bears an outage of any length, and everything is due soon after the node has gone. */
const POLICY = { name: 'bench-outage', deadlineMs: null, capMs: 5_000 };

export const drain: Scenario = {
  name: 'drain',
  title: 'drain of a backlog of due transactions after a participant outage',
  async run(bench) {
    const { ground, settings, figures, say } = bench;
    const perSecond: number[] = [];
    let mostInFlight = 0;
    for (let round = 1; round <= settings.rounds; round += 1) {
      say(`round ${round}: ${settings.backlog} transactions begin during an outage`);
      const database = await ground.database();
      const participant = await ground.scriptedParticipant();
      await pileUp(bench, database, participant);
      await untilAllAreDue(database.connection, settings.backlog);
      await participant.behave({ status: 204, delayMs: DELAY_MS });
      say(`round ${round}: participants and node come back`);
      const node = await startNode(bench, database, participant);
      const endedAtMs = await untilAllCommitted(database.connection, settings.backlog);
      const traffic = await participant.traffic();
      perSecond.push((settings.backlog * 1_000) / (endedAtMs - (traffic.firstAtMs ?? Number.NaN)));
      mostInFlight = Math.max(mostInFlight, ...Object.values(traffic.mostInFlight));
      await node.stop();
    }
    figures.add('drain.backlog', 'count', settings.backlog);
    figures.add('drain.tx_per_s', 'per second', perSecond);
    figures.add('drain.most_calls_at_one_participant', 'count', mostInFlight);
    figures.add('drain.concurrency_limit', 'count', CONCURRENCY_LIMIT);
  },
};

function startNode({ ground }: Bench, database: Database, { baseUrl }: ScriptedParticipant): Promise<Running> {
  return ground.coordinator(database.url, { stock: baseUrl, wallet: baseUrl });
}

async function pileUp(bench: Bench, database: Database, participant: ScriptedParticipant): Promise<void> {
  await participant.behave({ status: 503, delayMs: 0 });
  const node = await startNode(bench, database, participant);
  await addPolicy(database.connection, POLICY);
  const body = unwatchedSaga(POLICY.name);
  await withPool(node.baseUrl, FULL_LOAD, async (pool) => {
    const { failures } = await repeat(FULL_LOAD, bench.settings.backlog, async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ method: 'POST', path: '/v1/transactions', headers, body });
      await answer.body.dump();
      if (answer.statusCode !== 202) throw new Error(`answered ${answer.statusCode}`);
    });
    if (failures > 0) throw new Error(`${failures} transactions of the backlog were not accepted`);
  });
  await node.stop();
}

/** Due, or still owned by the node that has gone, when its drain ran out of time: what the next one takes up at once. */
async function untilAllAreDue(connection: mysql.Connection, backlog: number): Promise<void> {
  await until('everything is due', LOOK_EVERY_MS, WITHIN_MS, async () => {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT COUNT(*) AS due FROM global_transaction WHERE finished_at IS NULL AND (owner IS NOT NULL OR due_at<=?)',
      [Date.now()],
    );
    return Number(row!.due) === backlog;
  });
}

/** Returns when the last one ended, in milliseconds since the epoch. Database and participants are on one machine: one clock. */
async function untilAllCommitted(connection: mysql.Connection, backlog: number): Promise<number> {
  let endedAtMs = Number.NaN;
  await until('everything has committed', LOOK_EVERY_MS, WITHIN_MS, async () => {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT COUNT(*) AS ended,MAX(finished_at) AS last FROM global_transaction WHERE status='committed'",
    );
    endedAtMs = Number(row!.last);
    return Number(row!.ended) === backlog;
  });
  return endedAtMs;
}
