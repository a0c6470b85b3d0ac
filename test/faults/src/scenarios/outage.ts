/** A participant is down for a minute under load: its transactions finish by themselves after it returns, within the retry cap. */
import { audit } from '../audit.js';
import { placeOrders } from '../load.js';
import { mixedOrders, seed } from '../shop.js';
import { ShopStack } from '../stack/shop-stack.js';
import type { Scenario } from './scenario.js';

const goods = { skus: 20, unitsOfEach: 1_500, accounts: 50, balanceOfEach: 60_000 };
/** The cap of policy `standard`, and a little for the last calls themselves. */
const retryCapMs = 30_000 + 5_000;

export const outageScenario: Scenario = {
  name: 'participant-outage',
  title: 'Payment is down for a minute under load',
  run: async (scale) => {
    const stack = await ShopStack.start({ dialect: 'mariadb', orderEnv: { ORDER_WAIT_MS: '100' } });
    try {
      const count = Math.round(2_000 * scale);
      const expected = await seed(stack, goods, count);
      const placing = placeOrders(stack.order.baseUrl, mixedOrders(count, goods), 16);
      await stack.payment.killHard();
      await new Promise((resolve) => setTimeout(resolve, 60_000 * scale));
      await stack.payment.start();
      const found = await audit(stack, expected, retryCapMs);
      const load = await placing;
      return { audit: found, figures: { orders: count, 'converged after ms': Math.round(found.convergedAfterMs), ...load.refusals } };
    } finally {
      await stack.stop();
    }
  },
};
