/** Other lives than the plain saga's, against the plain saga in the same run: a TCC (four calls), a saga that is refused and undone (three calls). */
import { closedLoop, type Measured } from '../closed-loop.js';
import { refusedSaga, transactionWork, twoBranchTcc, twoStepSaga, type Work, withPool } from '../load/index.js';
import { middle } from '../saga-scenario.js';
import { type Bench, FULL_LOAD, plainGround, type Scenario } from './scenario.js';

export const tcc: Scenario = {
  name: 'tcc',
  title: '2-branch TCC driven by the coordinator (4 calls), against the saga (2 calls)',
  run: (bench) => againstSaga(bench, 'tcc', twoBranchTcc, 'committed'),
};

export const aborting: Scenario = {
  name: 'aborting',
  title: '2-step saga whose second step is refused and whose first is undone (3 calls), against the saga that commits',
  run: (bench) => againstSaga(bench, 'aborting', refusedSaga, 'aborted'),
};

async function againstSaga(bench: Bench, name: string, body: string, status: 'committed' | 'aborted'): Promise<void> {
  const { settings, figures } = bench;
  const { coordinator } = await plainGround(bench);
  await withPool(coordinator.baseUrl, FULL_LOAD, async (pool) => {
    const works: readonly Work[] = [transactionWork(pool, twoStepSaga), transactionWork(pool, body, status)];
    const [plain, other] = (await alternately(works, settings.rounds, settings.roundMs, settings.warmUpMs)) as [Measured[], Measured[]];
    figures.add(
      `${name}.ratio`,
      'ratio',
      other.map((round, index) => round.perSecond / plain[index]!.perSecond),
    );
    figures.add(`${name}.tx_per_s`, 'per second', middle(other).perSecond);
    figures.add(`${name}.saga_per_s`, 'per second', middle(plain).perSecond);
    figures.add(`${name}.p50_ms`, 'ms', middle(other).p50Ms);
    figures.add(`${name}.p99_ms`, 'ms', middle(other).p99Ms);
    figures.add(`${name}.failures`, 'count', failuresOf([...plain, ...other]));
  });
}

export function failuresOf(rounds: readonly Measured[]): number {
  return rounds.reduce((sum, { failures }) => sum + failures, 0);
}

/** Rounds of each work in turn at full load, after a warm-up of each. A machine that drifts slows all of them. */
export async function alternately(works: readonly Work[], rounds: number, roundMs: number, warmUpMs: number): Promise<Measured[][]> {
  for (const work of works) await closedLoop(FULL_LOAD, warmUpMs, work);
  const measured: Measured[][] = works.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) measured[index]!.push(await closedLoop(FULL_LOAD, roundMs, work));
  }
  return measured;
}
