/**
 * The coordinator dies while branches have done their work and nobody has heard of it, and comes back when the deadline has passed: the first that it decides
 * is to abort, and what it has to undo is what it cannot know to have happened.
 */
import type { Ground } from '../campaign/index.js';
import { campaign, type Scenario } from './scenario.js';

/** Longer than the deadline of the policy `standard`. */
const laterMs = 31_000;
/** Long enough for many branches to have done their work, shorter than the request timeout. */
const unheardMs = 800;

const ABORTED_BY_DEADLINE = `SELECT COUNT(*) AS n FROM global_transaction WHERE status = 'aborted' AND progress LIKE '%"code":"deadline"%'`;

async function abortedByDeadline(ground: Ground): Promise<number> {
  const [row] = await ground.stack.read('coordinator', ABORTED_BY_DEADLINE);
  return Number(row?.n);
}

export const lateCoordinator: Scenario = campaign(
  'coordinator-late',
  'The coordinator is killed with answers on their way, and comes back when the deadline has passed',
  {
    seed: 38,
    async harm(ground) {
      const { stack } = ground;
      const before = await abortedByDeadline(ground);
      while (ground.isOn) {
        const participant = ground.random() < 0.5 ? stack.branches.inventory : stack.branches.payment;
        await ground.hurt('coordinator killed, back after the deadline', async () => {
          participant.partition('answers');
          await ground.pause(unheardMs);
          await stack.coordinator.killHard();
          participant.heal();
          await stack.letTimePass(laterMs);
          await stack.coordinator.start();
        });
        await ground.breathe(500, 1_500);
      }
      if ((await abortedByDeadline(ground)) === before) ground.violated('no transaction was aborted by its deadline: nothing was tested');
    },
  },
);
