/** The 2-step saga at fixed rates: what customers wait who come whether or not others have been served. */
import { closedLoop } from '../closed-loop.js';
import { transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { type OpenLoopFigures, openLoop } from '../open-loop.js';
import { FULL_LOAD, plainGround, type Scenario } from './scenario.js';

/** More than a coordinator in its shipped configuration lets wait is not measured, it is refused. */
const MOST_OUTSTANDING = 4_000;
const PATIENCE_MS = 10_000;
/** Connections of the driver; what waits for one waits on the driver's account, and is counted. */
const CONNECTIONS = 512;

export const open: Scenario = {
  name: 'open',
  title: '2-step saga, open loop at fixed rates, latency from the intended start',
  async run(bench) {
    const { settings, figures } = bench;
    const { coordinator } = await plainGround(bench);
    await withPool(coordinator.baseUrl, CONNECTIONS, async (pool) => {
      const work = transactionWork(pool, twoStepSaga);
      await closedLoop(FULL_LOAD, settings.warmUpMs, work);
      for (const ratePerSecond of settings.rates) {
        bench.say(`${ratePerSecond} per second`);
        const loop = { ratePerSecond, durationMs: settings.roundMs, mostOutstanding: MOST_OUTSTANDING, patienceMs: PATIENCE_MS };
        const rounds: OpenLoopFigures[] = [];
        for (let round = 0; round < settings.rounds; round += 1) rounds.push(await openLoop(loop, work));
        const of = (part: keyof OpenLoopFigures) => rounds.map((round) => round[part]);
        const name = `open.${ratePerSecond}`;
        figures.add(`${name}.completed_per_s`, 'per second', of('perSecond'));
        figures.add(`${name}.p50_ms`, 'ms', of('p50Ms'));
        figures.add(`${name}.p99_ms`, 'ms', of('p99Ms'));
        figures.add(`${name}.p999_ms`, 'ms', of('p999Ms'));
        figures.add(`${name}.max_ms`, 'ms', of('maxMs'));
        figures.add(`${name}.driver_late_p99_ms`, 'ms', of('lateP99Ms'));
        figures.add(`${name}.failures`, 'count', of('failures'));
        figures.add(`${name}.shed`, 'count', of('shed'));
      }
    });
  },
};
