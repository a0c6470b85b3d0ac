/** Every process is stopped in order and started again, one after the other, while customers buy: a deployment. */
import type { ServiceProcess } from '../stack/index.js';
import { campaign, type Scenario } from './scenario.js';

export const rollingRestart: Scenario = campaign('rolling-restart', 'Two coordinators and the services are restarted in turn, under load', {
  seed: 91,
  async harm(ground) {
    const { stack } = ground;
    const second = await stack.addCoordinator('faults-2');
    await second.start();
    stack.spreadOrders();
    const inTurn: readonly (readonly [string, ServiceProcess])[] = [
      ['coordinator restarted', stack.coordinator],
      ['participant restarted', stack.inventory],
      ['coordinator restarted', second],
      ['participant restarted', stack.payment],
    ];
    for (let turn = 0; turn < inTurn.length || ground.isOn; turn += 1) {
      const [kind, process] = inTurn[turn % inTurn.length]!;
      await ground.hurt(kind, async () => {
        const code = await process.stop();
        if (code !== 0) ground.violated(`${kind}: it ended with ${String(code)} instead of 0`);
        await process.start();
      });
    }
  },
});
