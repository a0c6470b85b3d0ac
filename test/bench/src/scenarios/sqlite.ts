/** The default without any set-up: state in an embedded SQLite file, one process fewer. */
import { join } from 'node:path';
import { closedLoop } from '../closed-loop.js';
import { directWork, transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { measureAgainstDirect } from '../saga-scenario.js';
import { FULL_LOAD, noOpNames, type Scenario } from './scenario.js';

export const sqlite: Scenario = {
  name: 'sqlite',
  title: '2-step saga on the embedded SQLite default, against direct calls',
  async run(bench) {
    const { ground, settings, figures } = bench;
    const participant = await ground.noOpParticipant();
    const file = join(ground.folder(), 'coordinator.sqlite');
    const coordinator = await ground.coordinator(`sqlite:${file}`, noOpNames(participant));
    await withPool(participant.baseUrl, FULL_LOAD, (direct) =>
      withPool(coordinator.baseUrl, FULL_LOAD, async (pool) => {
        const works = { direct: directWork(direct), through: transactionWork(pool, twoStepSaga) };
        await closedLoop(FULL_LOAD, settings.warmUpMs, works.through);
        for (const inFlight of [1, FULL_LOAD]) {
          bench.say(`${inFlight} in flight`);
          const measured = await measureAgainstDirect(works, inFlight, settings.rounds, settings.roundMs, settings.warmUpMs / 4);
          const { saga, direct: called, ratios } = measured;
          figures.add(`sqlite.${inFlight}.ratio`, 'ratio', ratios);
          figures.add(`sqlite.${inFlight}.tx_per_s`, 'per second', saga.perSecond);
          figures.add(`sqlite.${inFlight}.direct_per_s`, 'per second', called.perSecond);
          figures.add(`sqlite.${inFlight}.p50_ms`, 'ms', saga.p50Ms);
          figures.add(`sqlite.${inFlight}.p99_ms`, 'ms', saga.p99Ms);
          figures.add(`sqlite.${inFlight}.failures`, 'count', saga.failures + called.failures);
        }
      }),
    );
  },
};
