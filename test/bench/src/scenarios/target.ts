/**
 * A server of somebody else, by the same driver in the same run: the same two calls, the caller waits for the outcome. That it really makes the calls is
 * counted at the participant.
 */
import { directWork, dtmPaths, dtmWork, withPool } from '../load/index.js';
import type { Target } from '../options.js';
import { measureAgainstDirect } from '../saga-scenario.js';
import type { Bench, Scenario } from './scenario.js';

export const target: Scenario = {
  name: 'target',
  title: '2-step saga through the server of --target, against direct calls',
  async run(bench) {
    if (bench.target === null) throw new Error('the scenario target needs --target URL --wire dtm');
    for (const inFlight of bench.settings.levels) {
      bench.say(`${inFlight} in flight`);
      await measureTarget(bench, bench.target, inFlight);
    }
  },
};

async function measureTarget({ ground, settings, figures }: Bench, { url }: Target, inFlight: number): Promise<void> {
  const participant = await ground.noOpParticipant();
  await withPool(participant.baseUrl, inFlight, (direct) =>
    withPool(url, inFlight, async (pool) => {
      let asked = 0;
      let directly = 0;
      const through = dtmWork(pool, participant.baseUrl);
      const calls = directWork(direct, dtmPaths);
      const works = {
        direct: async () => {
          await calls();
          directly += dtmPaths.length;
        },
        through: async () => {
          await through();
          asked += dtmPaths.length;
        },
      };
      const measured = await measureAgainstDirect(works, inFlight, settings.rounds, settings.roundMs, settings.warmUpMs / 2);
      const made = (await participant.calls()) - directly;
      if (made < asked) throw new Error(`${url} said that ${asked} calls had succeeded, but made ${made}`);
      figures.add(`target.${inFlight}.ratio`, 'ratio', measured.ratios);
      figures.add(`target.${inFlight}.tx_per_s`, 'per second', measured.saga.perSecond);
      figures.add(`target.${inFlight}.direct_per_s`, 'per second', measured.direct.perSecond);
      // Nothing when the scenario of the saga was not run.
      const own = figures.value(`saga.${inFlight}.tx_per_s`) ?? Number.NaN;
      figures.add(`target.${inFlight}.assent_against_it`, 'ratio', own / measured.saga.perSecond);
      figures.add(`target.${inFlight}.p50_ms`, 'ms', measured.saga.p50Ms);
      figures.add(`target.${inFlight}.p99_ms`, 'ms', measured.saga.p99Ms);
      figures.add(`target.${inFlight}.failures`, 'count', measured.saga.failures + measured.direct.failures);
    }),
  );
}
