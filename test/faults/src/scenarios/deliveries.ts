/** Calls arrive twice, late, and out of order: the barrier absorbs what is not new. */
import type { BranchTraffic } from '../stack/index.js';
import { campaign, type Scenario } from './scenario.js';

/** Later than the forward request timeout of the policy `standard`, so that some arrive after their rollback. */
const upToMs = 6_000;

export const duplicateDeliveries: Scenario = campaign('duplicates', 'A third of all calls is delivered twice, and some late', {
  seed: 81,
  async harm(ground) {
    const proxies = [ground.stack.branches.inventory, ground.stack.branches.payment];
    const sum = (of: (traffic: BranchTraffic) => number) => proxies.reduce((total, { traffic }) => total + of(traffic), 0);
    const before = {
      repeated: sum(({ repeated }) => repeated),
      late: sum(({ late }) => late),
      duplicates: sum(({ duplicates }) => duplicates),
    };
    for (const proxy of proxies) proxy.misbehave({ repeat: 0.33, late: 0.02, upToMs });
    await ground.pause(ground.faultMs);
    for (const proxy of proxies) proxy.heal();
    // What is on its way still arrives within the next seconds, during convergence.
    ground.count('calls delivered twice', sum(({ repeated }) => repeated) - before.repeated);
    ground.count('calls delivered late', sum(({ late }) => late) - before.late);
    if (sum(({ duplicates }) => duplicates) === before.duplicates) ground.violated('no duplicate was absorbed: nothing was tested');
  },
});
