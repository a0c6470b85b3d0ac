/**
 * The 2-step saga with no-op participants, its caller waiting for the outcome, against the same two calls made directly, in the same run.
 * One in flight is measured after a warm-up at 64, because a cold process needs ten times the CPU for each transaction.
 */
import mysql from 'mysql2/promise';
import { Pool } from 'undici';
import { closedLoop, type Measured, median } from './closed-loop.js';

export interface Targets {
  readonly coordinator: string;
  readonly participant: string;
  readonly databaseUrl: string;
}

export interface SagaFigures {
  readonly inFlight: number;
  readonly direct: Measured;
  readonly saga: Measured;
  readonly ratio: number;
}

export interface LatencyFigures {
  readonly directP50Ms: number;
  readonly commitP50Ms: number;
  readonly sagaP50Ms: number;
  /** Of the saga's p50 to direct calls plus two single-row commits. */
  readonly ratio: number;
}

const headers = { 'content-type': 'application/json' };
const payload = '{"lines":[{"sku":"tea","quantity":2}]}';
const sagaBody = JSON.stringify({
  name: 'bench',
  pattern: 'saga',
  branches: [
    { id: 'stock', contract: 'noop.deduct', payload: JSON.parse(payload) },
    { id: 'charge', contract: 'noop.charge', payload: { account: 'a1', amount: 1200 } },
  ],
  wait: 'final',
  timeoutMs: 10_000,
});

/** One direct round: what a service would do without a coordinator. */
function directWork(pool: Pool): () => Promise<void> {
  return async () => {
    for (const path of ['/assent/noop.deduct/action', '/assent/noop.charge/action']) {
      const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: payload });
      await body.dump();
      if (statusCode !== 204) throw new Error(`answered ${statusCode}`);
    }
  };
}

function sagaWork(pool: Pool): () => Promise<void> {
  return async () => {
    const { statusCode, body } = await pool.request({ method: 'POST', path: '/v1/transactions', headers, body: sagaBody });
    const text = await body.text();
    if (statusCode !== 200 || !text.includes('"committed"')) throw new Error(`answered ${statusCode}: ${text.slice(0, 200)}`);
  };
}

/** Medians of `rounds` rounds, each direct first, then through the coordinator. */
export async function measureSaga(targets: Targets, inFlight: number, rounds: number, durationMs: number): Promise<SagaFigures> {
  const direct = new Pool(targets.participant, { connections: inFlight });
  const coordinator = new Pool(targets.coordinator, { connections: inFlight });
  try {
    await closedLoop(inFlight, 500, directWork(direct));
    await closedLoop(inFlight, 2_000, sagaWork(coordinator));
    const directs: Measured[] = [];
    const sagas: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      directs.push(await closedLoop(inFlight, durationMs, directWork(direct)));
      sagas.push(await closedLoop(inFlight, durationMs, sagaWork(coordinator)));
    }
    return {
      inFlight,
      direct: middle(directs),
      saga: middle(sagas),
      ratio: median(sagas.map((saga, round) => saga.perSecond / (directs[round] as Measured).perSecond)),
    };
  } finally {
    await Promise.all([direct.close(), coordinator.close()]);
  }
}

/** Latency at one in flight, against direct calls plus two single-row commits, after a warm-up at 64. */
export async function measureLatency(targets: Targets, rounds: number, durationMs: number): Promise<LatencyFigures> {
  const direct = new Pool(targets.participant, { connections: 64 });
  const coordinator = new Pool(targets.coordinator, { connections: 64 });
  const connection = await mysql.createConnection({ uri: targets.databaseUrl });
  try {
    await connection.query('CREATE TABLE IF NOT EXISTS bench_commit (id BIGINT PRIMARY KEY, note VARCHAR(64))');
    await closedLoop(64, 5_000, sagaWork(coordinator));
    await closedLoop(64, 1_000, directWork(direct));
    let id = Date.now() * 1_000;
    const commitWork = async () => {
      id += 1;
      await connection.query('INSERT INTO bench_commit VALUES (?, ?)', [id, 'one row, one commit']);
    };
    const p50s = { direct: [] as number[], commit: [] as number[], saga: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      p50s.direct.push((await closedLoop(1, durationMs, directWork(direct))).p50Ms);
      p50s.commit.push((await closedLoop(1, durationMs, commitWork)).p50Ms);
      p50s.saga.push((await closedLoop(1, durationMs, sagaWork(coordinator))).p50Ms);
    }
    const [directP50Ms, commitP50Ms, sagaP50Ms] = [median(p50s.direct), median(p50s.commit), median(p50s.saga)];
    return { directP50Ms, commitP50Ms, sagaP50Ms, ratio: sagaP50Ms / (directP50Ms + 2 * commitP50Ms) };
  } finally {
    await Promise.all([direct.close(), coordinator.close(), connection.end()]);
  }
}

/** The round with the median throughput. */
function middle(rounds: readonly Measured[]): Measured {
  const wanted = median(rounds.map((round) => round.perSecond));
  return rounds.find((round) => round.perSecond === wanted) as Measured;
}
