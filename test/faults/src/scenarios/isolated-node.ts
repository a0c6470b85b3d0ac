/**
 * A coordinator is cut off from everything at once: database, participants and callers fall silent. Another node declares it dead and takes over; when the
 * network is back it finds itself dead, and what it had sent late is absorbed.
 */
import { promisedTakeoverMs, runCampaign } from '../campaign/index.js';
import { NetworkNamespace } from '../stack/index.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

function whyNoNamespace(): string | null {
  try {
    NetworkNamespace.create().remove();
    return null;
  } catch {
    return 'it needs network namespaces (Linux, root, the program ip)';
  }
}

export const isolatedNode: Scenario = {
  name: 'isolated-node',
  title: 'A coordinator in a network of its own is cut off from everything, silently; another takes over',
  unable: () => whyNoMariadb() ?? whyNoNamespace(),
  async run(scale, shops) {
    const namespace = NetworkNamespace.create();
    try {
      return await runCampaign(
        {
          seed: 131,
          stack: { namespace },
          prepare: async (stack) => (await stack.addCoordinator('faults-2')).start(),
          async harm(ground) {
            while (ground.isOn) {
              await ground.hurt('coordinator isolated', async () => {
                await ground.takenOver('coordinator isolated', 'faults-1', promisedTakeoverMs.ofSilent, () => namespace.silence());
                await ground.breathe(0, 1_000);
                namespace.heal();
                await ground.stack.coordinator.untilReady();
              });
              await ground.breathe(200, 1_000);
            }
          },
        },
        scale,
        shops,
      );
    } finally {
      await shops.close();
      namespace.remove();
    }
  },
};
