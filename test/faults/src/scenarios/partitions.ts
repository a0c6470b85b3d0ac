/** Networks that fall silent: nobody is told, connections stay open, and what was sent arrives late, when it is over. */
import { leaseMs } from '../campaign/index.js';
import { campaign, type Scenario } from './scenario.js';

const directions = ['requests', 'answers', 'both'] as const;

export const participantPartition: Scenario = campaign(
  'partition-participants',
  'Nothing passes between the coordinator and a participant, in one direction or both',
  {
    seed: 71,
    async harm(ground) {
      const { inventory, payment } = ground.stack.branches;
      for (let round = 0; ground.isOn; round += 1) {
        const side = ground.random() < 0.5 ? inventory : payment;
        const direction = directions[round % directions.length]!;
        await ground.hurt(`partition from a participant (${direction})`, async () => {
          side.partition(direction);
          await ground.breathe(1_000, 5_000);
          side.heal();
        });
        await ground.breathe(100, 800);
      }
    },
  },
);

export const databasePartition: Scenario = campaign('partition-database', 'Nothing passes between the coordinator and its database', {
  seed: 72,
  async harm(ground) {
    const { proxy } = ground.stack;
    for (let round = 0; ground.isOn; round += 1) {
      await ground.hurt('partition from the database', async () => {
        proxy.partition();
        await ground.pause(leaseMs * (round % 2 === 0 ? 1.5 : 0.4));
        proxy.heal();
      });
      await ground.breathe(100, 800);
    }
  },
});
