/**
 * The coordinator is stopped for longer than its lease, anywhere and in the middle of a flush; another node declares it dead and takes over; then it
 * goes on, a zombie that must change nothing and come back as somebody else.
 */
import { promisedTakeoverMs } from '../campaign/index.js';
import { campaign, type Scenario } from './scenario.js';

const stoppedWithinMs = 20_000;

export const coordinatorPaused: Scenario = campaign(
  'coordinator-paused',
  'The coordinator is stopped beyond its lease, another takes over, and it goes on',
  {
    seed: 41,
    prepare: async (stack) => (await stack.addCoordinator('faults-2')).start(),
    async harm(ground) {
      const { coordinator } = ground.stack;
      while (ground.isOn) {
        await ground.hurt('coordinator paused', async () => {
          await ground.takenOver('coordinator paused', 'faults-1', promisedTakeoverMs.ofSilent, () => coordinator.pause());
          await ground.breathe(0, 500);
          coordinator.resume();
          await coordinator.untilReady();
        });
        await ground.breathe(200, 1_000);
      }
    },
  },
);

export const coordinatorPausedInFlush: Scenario = campaign(
  'coordinator-paused-in-flush',
  'The coordinator is stopped between the fence and the rest of a flush, another takes over, and it goes on',
  {
    seed: 42,
    prepare: async (stack) => (await stack.addCoordinator('faults-2')).start(),
    async harm(ground) {
      const { coordinator } = ground.stack;
      while (ground.isOn) {
        await ground.hurt('coordinator paused at writer.after-fence', async () => {
          await coordinator.killHard();
          coordinator.launch({ ASSENT_FAILPOINT: `writer.after-fence:stop@${10 + Math.floor(ground.random() * 20)}` });
          if (!(await coordinator.isStoppedWithin(stoppedWithinMs))) ground.violated('writer.after-fence was not passed');
          await ground.takenOver('coordinator paused at writer.after-fence', 'faults-1', promisedTakeoverMs.ofSilent, () => undefined);
          coordinator.resume();
          await coordinator.untilReady();
        });
        await ground.breathe(200, 1_000);
      }
    },
  },
);
