/** The 2-step saga over NATS against the same over HTTP, and how much one participant that hangs takes from orders that do not need it. */
import { request } from 'undici';
import { closedLoop } from '../closed-loop.js';
import { natsSaga, sagaThatHangs, transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { startNatsParticipant } from '../processes.js';
import { middle } from '../saga-scenario.js';
import { alternately, failuresOf } from './patterns.js';
import { FULL_LOAD, noOpNames, type Scenario } from './scenario.js';

/** As many as a participant's places and some more, so that its queue stands. */
const HANGING = 200;

export const nats: Scenario = {
  name: 'nats',
  title: '2-step saga over NATS against HTTP, and beside a participant that hangs',
  async run({ ground, settings, figures, say }) {
    const server = await ground.nats();
    ground.started(await startNatsParticipant(server.url));
    const participant = await ground.noOpParticipant();
    const database = await ground.database();
    const participants = { ...noOpNames(participant), natsnoop: 'nats:', hanging: 'nats:' };
    const coordinator = await ground.coordinator(database.url, participants, { env: { ASSENT_NATS_URL: server.url } });
    await withPool(coordinator.baseUrl, FULL_LOAD, async (pool) => {
      const works = [transactionWork(pool, twoStepSaga), transactionWork(pool, natsSaga)];
      const [http = [], overNats = []] = await alternately(works, settings.rounds, settings.roundMs, settings.warmUpMs);
      figures.add(
        'nats.ratio',
        'ratio',
        overNats.map((round, index) => round.perSecond / http[index]!.perSecond),
      );
      figures.add('nats.tx_per_s', 'per second', middle(overNats).perSecond);
      figures.add('nats.http_per_s', 'per second', middle(http).perSecond);
      figures.add('nats.p50_ms', 'ms', middle(overNats).p50Ms);
      figures.add('nats.p99_ms', 'ms', middle(overNats).p99Ms);
      figures.add('nats.failures', 'count', failuresOf([...http, ...overNats]));

      say(`${HANGING} orders wait for a participant that hangs`);
      await Promise.all(Array.from({ length: HANGING }, () => begin(coordinator.baseUrl, sagaThatHangs)));
      const beside = await closedLoop(FULL_LOAD, settings.roundMs, transactionWork(pool, natsSaga));
      figures.add('nats.beside_hanging_ratio', 'ratio', beside.perSecond / middle(overNats).perSecond);
    });
  },
};

async function begin(baseUrl: string, body: string): Promise<void> {
  const answer = await request(`${baseUrl}/v1/transactions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await answer.body.dump();
  if (answer.statusCode !== 202) throw new Error(`an order was answered ${answer.statusCode}`);
}
