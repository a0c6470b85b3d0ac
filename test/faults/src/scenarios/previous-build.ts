/**
 * A deployment in its middle: this build and the one before the last change drive one database together, take over from each other, and carry out commands
 * that the other has recorded.
 */
import { runCampaign } from '../campaign/index.js';
import { PreviousBuild } from '../stack/index.js';
import { type Scenario, whyNoMariadb } from './scenario.js';
import { killedAndTakenOver } from './two-nodes.js';

function whyNoHistory(): string | null {
  return PreviousBuild.commit() === null ? 'it needs the history of the repository (git, and not a shallow clone)' : null;
}

export const previousBuild: Scenario = {
  name: 'previous-build',
  title: 'This build and the one before the last change drive one database together, and take over from each other',
  unable: () => whyNoMariadb() ?? whyNoHistory(),
  async run(scale, shops) {
    const build = PreviousBuild.make(PreviousBuild.commit()!);
    try {
      return await runCampaign(
        {
          seed: 37,
          async harm(ground) {
            const { stack } = ground;
            const previous = await stack.addCoordinator('faults-previous', build.dist);
            await previous.start();
            stack.spreadOrders();
            for (let turn = 0; turn < 2 || ground.isOn; turn += 1) {
              await ground.breathe(500, 1_000);
              if (turn % 2 === 0) await killedAndTakenOver(ground, 'this build killed', { name: 'faults-1', process: stack.coordinator });
              else await killedAndTakenOver(ground, 'previous build killed', { name: 'faults-previous', process: previous });
            }
          },
        },
        scale,
        shops,
      );
    } finally {
      build.remove();
    }
  },
};
