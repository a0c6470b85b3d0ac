/** Calls arrive twice, late, and out of order: the barrier absorbs what is not new. */
import { campaign, type Scenario } from './scenario.js';

/** Later than the forward request timeout of the policy `standard`, so that some arrive after their rollback. */
const upToMs = 6_000;

export const duplicateDeliveries: Scenario = campaign('duplicates', 'A third of all calls is delivered twice, and some late', {
  seed: 81,
  async harm(ground) {
    const { inventory, payment } = ground.stack.branches;
    for (const proxy of [inventory, payment]) proxy.misbehave({ repeat: 0.33, late: 0.02, upToMs });
    await ground.pause(ground.faultMs);
    for (const proxy of [inventory, payment]) proxy.heal();
    // What is on its way arrives within the next seconds, under load and during convergence.
    ground.count('calls delivered twice', inventory.traffic.repeated + payment.traffic.repeated);
    ground.count('calls delivered late', inventory.traffic.late + payment.traffic.late);
    if (ground.stack.duplicatesAbsorbed === 0) ground.violated('no duplicate was absorbed: nothing was tested');
  },
});
