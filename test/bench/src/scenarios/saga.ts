/** The 2-step saga against the same two calls made directly, at rising numbers in flight. */
import { closedLoop } from '../closed-loop.js';
import { transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { measureSaga } from '../saga-scenario.js';
import { costsOf } from './costs.js';
import { type Bench, FULL_LOAD, plainGround, type Scenario } from './scenario.js';

export const saga: Scenario = {
  name: 'saga',
  title: '2-step saga with no-op participants, closed loop, against direct calls',
  async run(bench) {
    const { settings, ground } = bench;
    const { coordinator, participant, database } = await plainGround(bench);
    const targets = { coordinator: coordinator.baseUrl, participant: participant.baseUrl, databaseUrl: database.url };
    await withPool(coordinator.baseUrl, FULL_LOAD, (pool) => closedLoop(FULL_LOAD, settings.warmUpMs, transactionWork(pool, twoStepSaga)));
    const meters = { coordinator, server: await ground.mariadb(), connection: database.connection };
    for (const inFlight of settings.levels) {
      bench.say(`${inFlight} in flight`);
      await measureLevel(bench, inFlight, targets, meters);
    }
  },
};

async function measureLevel(
  { settings, figures }: Bench,
  inFlight: number,
  targets: Parameters<typeof measureSaga>[0],
  meters: Parameters<typeof costsOf>[0],
): Promise<void> {
  const measured: Awaited<ReturnType<typeof measureSaga>>[] = [];
  const costs = await costsOf(meters, async () => {
    measured.push(await measureSaga(targets, inFlight, settings.rounds, settings.roundMs, settings.warmUpMs / 2));
  });
  const [{ saga: through, direct, ratios }] = measured as [(typeof measured)[number]];
  const add = (name: string, ...rest: [Parameters<typeof figures.add>[1], Parameters<typeof figures.add>[2]]) =>
    figures.add(`saga.${inFlight}.${name}`, ...rest);
  add('ratio', 'ratio', ratios);
  add('tx_per_s', 'per second', through.perSecond);
  add('direct_per_s', 'per second', direct.perSecond);
  add('p50_ms', 'ms', through.p50Ms);
  add('p99_ms', 'ms', through.p99Ms);
  add('failures', 'count', through.failures + direct.failures);
  add('coordinator_us', 'us', costs.coordinatorUs);
  add('database_us', 'us', costs.databaseUs);
  add('commits_per_tx', 'ratio', costs.commits);
  add('redo_bytes_per_tx', 'bytes', costs.redoBytes);
  add('flush_p50_ms', 'ms', costs.flushP50Ms);
}
