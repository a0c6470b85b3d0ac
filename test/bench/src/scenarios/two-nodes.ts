/** Two nodes on one database, half the load each, against one of them with all of it. Both run all the time. */
import { closedLoop } from '../closed-loop.js';
import { transactionWork, twoStepSaga, type Work, withPool } from '../load/index.js';
import { middle } from '../saga-scenario.js';
import { alternately, failuresOf } from './patterns.js';
import { FULL_LOAD, noOpNames, type Scenario } from './scenario.js';

export const twoNodes: Scenario = {
  name: 'two-nodes',
  title: 'two nodes on one database, half of the load each, against one node',
  async run({ ground, settings, figures }) {
    const database = await ground.database();
    const participants = noOpNames(await ground.noOpParticipant());
    const first = await ground.coordinator(database.url, participants);
    const second = await ground.coordinator(database.url, participants);
    await withPool(first.baseUrl, FULL_LOAD, (firstPool) =>
      withPool(second.baseUrl, FULL_LOAD, async (secondPool) => {
        const one = transactionWork(firstPool, twoStepSaga);
        const other = transactionWork(secondPool, twoStepSaga);
        // The second node has to have compiled as much of its code as the first.
        await closedLoop(FULL_LOAD, settings.warmUpMs, other);
        const [alone, both] = await alternately([one, inTurn(one, other)], settings.rounds, settings.roundMs, settings.warmUpMs);
        figures.add(
          'two-nodes.ratio',
          'ratio',
          both!.map((round, index) => round.perSecond / alone![index]!.perSecond),
        );
        figures.add('two-nodes.both_per_s', 'per second', middle(both!).perSecond);
        figures.add('two-nodes.one_per_s', 'per second', middle(alone!).perSecond);
        figures.add('two-nodes.failures', 'count', failuresOf([...alone!, ...both!]));
      }),
    );
  },
};

/** Every second piece of work by the other. */
function inTurn(one: Work, other: Work): Work {
  let count = 0;
  return () => {
    count += 1;
    return count % 2 === 0 ? one() : other();
  };
}
