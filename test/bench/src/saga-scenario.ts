/**
 * The 2-step saga with no-op participants, its caller waiting for the outcome, against the same two calls made directly, in the same run.
 * One in flight is measured after a warm-up at 64, because a cold process needs ten times the CPU for each transaction.
 */
import mysql from 'mysql2/promise';
import { closedLoop, type Measured } from './closed-loop.js';
import { directWork, transactionWork, twoStepSaga, type Work, withPool } from './load/index.js';
import { median } from './quantiles.js';

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
  /** Of each round. */
  readonly ratios: readonly number[];
}

export interface LatencyFigures {
  readonly directP50Ms: number;
  readonly commitP50Ms: number;
  readonly sagaP50Ms: number;
  /** Of the saga's p50 to direct calls plus two single-row commits. */
  readonly ratio: number;
}

const DIRECT_WARM_UP_MS = 500;

/** Medians of `rounds` rounds, each direct first, then through the coordinator. */
export async function measureSaga(
  targets: Targets,
  inFlight: number,
  rounds: number,
  durationMs: number,
  warmUpMs = 2_000,
): Promise<SagaFigures> {
  return withPool(targets.participant, inFlight, (direct) =>
    withPool(targets.coordinator, inFlight, async (coordinator) => {
      const works = { direct: directWork(direct), through: transactionWork(coordinator, twoStepSaga) };
      return { inFlight, ...(await measureAgainstDirect(works, inFlight, rounds, durationMs, warmUpMs)) };
    }),
  );
}

/** Direct calls and the same through a server, round by round, so that a machine that drifts slows both. */
export async function measureAgainstDirect(
  works: { readonly direct: Work; readonly through: Work },
  inFlight: number,
  rounds: number,
  durationMs: number,
  warmUpMs: number,
): Promise<Omit<SagaFigures, 'inFlight'>> {
  await closedLoop(inFlight, Math.min(warmUpMs, DIRECT_WARM_UP_MS), works.direct);
  await closedLoop(inFlight, warmUpMs, works.through);
  const directs: Measured[] = [];
  const throughs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    directs.push(await closedLoop(inFlight, durationMs, works.direct));
    throughs.push(await closedLoop(inFlight, durationMs, works.through));
  }
  const ratios = throughs.map((through, round) => through.perSecond / (directs[round] as Measured).perSecond);
  return { direct: middle(directs), saga: middle(throughs), ratio: median(ratios), ratios };
}

/** Latency at one in flight, against direct calls plus two single-row commits, after a warm-up at 64. */
export async function measureLatency(targets: Targets, rounds: number, durationMs: number, warmUpMs = 5_000): Promise<LatencyFigures> {
  const connection = await mysql.createConnection({ uri: targets.databaseUrl });
  try {
    await connection.query('CREATE TABLE IF NOT EXISTS bench_commit (id BIGINT PRIMARY KEY, note VARCHAR(64))');
    let id = Date.now() * 1_000;
    const commitWork = async () => {
      id += 1;
      await connection.query('INSERT INTO bench_commit VALUES (?, ?)', [id, 'one row, one commit']);
    };
    return await withPool(targets.participant, 64, (direct) =>
      withPool(targets.coordinator, 64, async (coordinator) => {
        const works = { direct: directWork(direct), commit: commitWork, saga: transactionWork(coordinator, twoStepSaga) };
        await closedLoop(64, warmUpMs, works.saga);
        await closedLoop(64, Math.min(warmUpMs, 1_000), works.direct);
        return latencyOf(works, rounds, durationMs);
      }),
    );
  } finally {
    await connection.end();
  }
}

async function latencyOf(
  works: Readonly<Record<'direct' | 'commit' | 'saga', Work>>,
  rounds: number,
  durationMs: number,
): Promise<LatencyFigures> {
  const p50s = { direct: [] as number[], commit: [] as number[], saga: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    p50s.direct.push((await closedLoop(1, durationMs, works.direct)).p50Ms);
    p50s.commit.push((await closedLoop(1, durationMs, works.commit)).p50Ms);
    p50s.saga.push((await closedLoop(1, durationMs, works.saga)).p50Ms);
  }
  const [directP50Ms, commitP50Ms, sagaP50Ms] = [median(p50s.direct), median(p50s.commit), median(p50s.saga)];
  return { directP50Ms, commitP50Ms, sagaP50Ms, ratio: sagaP50Ms / (directP50Ms + 2 * commitP50Ms) };
}

/** The round with the median throughput. */
export function middle(rounds: readonly Measured[]): Measured {
  const wanted = median(rounds.map((round) => round.perSecond));
  return rounds.find((round) => round.perSecond === wanted) as Measured;
}
