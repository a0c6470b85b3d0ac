/**
 * Transactions at rest: what they cost a node in memory, and whether looking for what is due gets slower. The rows are copies of one that the coordinator
 * wrote when a transaction began that waits for its initiator (`copied-rows.ts`): a million begins would take minutes and show nothing else.
 */
import { openTransactionStore } from '@assent/store';
import type mysql from 'mysql2/promise';
import { closedLoop } from '../closed-loop.js';
import { copyRow, untilWritten } from '../copied-rows.js';
import { residentMb } from '../gauges.js';
import type { Database } from '../ground.js';
import { transactionWork, twoStepSaga, waitingForInitiator, withPool } from '../load/index.js';
import { addPolicy } from '../policies.js';
import { median, quantile } from '../quantiles.js';
import { until } from '../until.js';
import { type Bench, FULL_LOAD, plainGround, type Scenario } from './scenario.js';

const DAY_MS = 86_400_000;
/** A policy whose deadline is so far away that a row begun days ago still rests, and one begun longer ago is due. */
const POLICY = { name: 'bench-week', deadlineMs: 7 * DAY_MS, capMs: 300_000 };
const ALL_FINAL_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 50;
/** Some beats, claims and looks of every loop of the node. */
const IDLE_MS = { full: 8_000, quick: 2_000 };
const SAMPLES = 40;
const LOOKS = 200;
/** As many candidates as a node looks at. */
const CANDIDATES = 1_000;

export const atRest: Scenario = {
  name: 'at-rest',
  title: 'transactions at rest (--rows says how many): memory of the node, speed of claiming what is due',
  async run(bench) {
    const { settings, figures, say } = bench;
    const { coordinator, database } = await plainGround(bench);
    await withPool(coordinator.baseUrl, FULL_LOAD, (pool) => closedLoop(FULL_LOAD, settings.warmUpMs, transactionWork(pool, twoStepSaga)));
    const gid = await aRestingRow(database.connection, coordinator.baseUrl);
    // Once before it counts: the ramp after a boot, and code that runs for the first time.
    await claimBatch(bench, database.connection, gid, 0);
    say('claiming with an otherwise empty store');
    const before = await measure(bench, database, gid, 1);
    const memoryBefore = await memoryOf(coordinator.process.pid, settings.isQuick);
    say(`writing ${settings.rows} rows at rest`);
    await copyRow(database.connection, { gid, count: settings.rows, fromMs: Date.now() - 3 * DAY_MS, spanMs: 2 * DAY_MS });
    await untilWritten(database.connection);
    const memoryAfter = await memoryOf(coordinator.process.pid, settings.isQuick);
    say('claiming with all of them at rest');
    const after = await measure(bench, database, gid, 1 + settings.rounds);
    figures.add('at-rest.rows', 'count', settings.rows);
    figures.add('at-rest.memory_growth_mb', 'MB', memoryAfter - memoryBefore);
    figures.add('at-rest.memory_mb', 'MB', memoryAfter);
    figures.add('at-rest.claimed_per_s_empty', 'per second', before.claimedPerSecond);
    figures.add('at-rest.claimed_per_s', 'per second', after.claimedPerSecond);
    figures.add('at-rest.claim_time_ratio', 'ratio', median(before.claimedPerSecond) / median(after.claimedPerSecond));
    figures.add('at-rest.look_p50_ms_empty', 'ms', before.lookP50Ms);
    figures.add('at-rest.look_p50_ms', 'ms', after.lookP50Ms);
  },
};

/** Begins one transaction that waits for its initiator; its row is at rest when this returns. */
async function aRestingRow(connection: mysql.Connection, coordinatorUrl: string): Promise<string> {
  await addPolicy(connection, POLICY);
  const body = await withPool(coordinatorUrl, 1, async (pool) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await pool.request({ method: 'POST', path: '/v1/transactions', headers, body: waitingForInitiator(POLICY.name) });
    return (await answer.body.json()) as { gid?: string };
  });
  const [[row]] = await connection.query<mysql.RowDataPacket[]>(
    'SELECT gid FROM global_transaction WHERE gid=? AND owner IS NULL AND due_at IS NOT NULL',
    [body.gid],
  );
  if (row === undefined) throw new Error(`the transaction does not rest: ${JSON.stringify(body).slice(0, 300)}`);
  return String(row.gid);
}

async function measure(bench: Bench, database: Database, gid: string, firstBatch: number) {
  const claimedPerSecond: number[] = [];
  for (let round = 0; round < bench.settings.rounds; round += 1) {
    claimedPerSecond.push(await claimBatch(bench, database.connection, gid, firstBatch + round));
  }
  return { claimedPerSecond, lookP50Ms: await lookP50Ms(database.url) };
}

/**
 * Writes transactions that are due, in one commit, and waits until the node has claimed and ended all of them (at their deadline they abort, with nothing to
 * undo). The speed is counted from the first that ended to the last: when the node looks is not its speed.
 */
async function claimBatch({ settings }: Bench, connection: mysql.Connection, gid: string, batch: number): Promise<number> {
  // A stretch of the past of its own for each batch, so that its rows are found again.
  const fromMs = Date.now() - POLICY.deadlineMs - (1 + batch) * DAY_MS;
  const spanMs = DAY_MS / 2;
  await copyRow(connection, { gid, count: settings.dueBatch, fromMs, spanMs });
  let perSecond = Number.NaN;
  await until('all that was due has been claimed and has ended', LOOK_EVERY_MS, ALL_FINAL_WITHIN_MS, async () => {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT COUNT(finished_at) AS ended,MAX(finished_at)-MIN(finished_at) AS tookMs FROM global_transaction WHERE created_at BETWEEN ? AND ?',
      [Math.floor(fromMs), Math.floor(fromMs + spanMs)],
    );
    perSecond = (settings.dueBatch * 1_000) / Math.max(1, Number(row!.tookMs));
    return Number(row!.ended) === settings.dueBatch;
  });
  return perSecond;
}

/** The very look of a node for what is due, when nothing is. */
async function lookP50Ms(url: string): Promise<number> {
  const { store } = await openTransactionStore({ url, leaseMs: 5_000, poolSize: 1 });
  try {
    const took: number[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      const from = performance.now();
      await store.readDue(Date.now(), CANDIDATES);
      took.push(performance.now() - from);
    }
    return quantile(
      took.sort((a, b) => a - b),
      0.5,
    );
  } finally {
    await store.close();
  }
}

/** Of an idle node, after its loops have gone round. */
async function memoryOf(pid: number | undefined, isQuick: boolean): Promise<number> {
  const samples: number[] = [];
  const everyMs = (isQuick ? IDLE_MS.quick : IDLE_MS.full) / SAMPLES;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    samples.push(residentMb(pid));
  }
  return median(samples);
}
