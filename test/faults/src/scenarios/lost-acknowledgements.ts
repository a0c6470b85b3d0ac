/**
 * The acknowledgement of a commit is lost, again and again, under load: a proxy lets the packet reach the database, swallows the answer and
 * cuts the connection. No transaction may be dropped, doubled, or left without a driver.
 */
import { endsWithCommit } from '../../../support/tcp-proxy.js';
import { audit } from '../audit.js';
import { placeOrders } from '../load.js';
import { mixedOrders, seed } from '../shop.js';
import { ShopStack } from '../stack/shop-stack.js';
import type { Scenario } from './scenario.js';

const goods = { skus: 20, unitsOfEach: 1_500, accounts: 50, balanceOfEach: 60_000 };
const cutEveryMs = 250;

export const lostAcknowledgementsScenario: Scenario = {
  name: 'lost-acknowledgements',
  title: 'Commits whose acknowledgement is lost, four times a second, under load',
  run: async (scale) => {
    const stack = await ShopStack.start({ dialect: 'mariadb' });
    try {
      const count = Math.round(5_000 * scale);
      const expected = await seed(stack, goods, count);
      const cutting = setInterval(() => stack.proxy?.loseAcknowledgements(1, endsWithCommit), cutEveryMs);
      const load = await placeOrders(stack.order.baseUrl, mixedOrders(count, goods), 64).finally(() => clearInterval(cutting));
      const found = await audit(stack, expected, 120_000);
      const lost = stack.proxy?.lostAcknowledgements ?? 0;
      const violations = lost === 0 ? [...found.violations, 'no acknowledgement was lost: nothing was tested'] : found.violations;
      return {
        audit: { ...found, violations },
        figures: { orders: count, 'acknowledgements lost': lost, seconds: Math.round(load.tookMs / 1_000), repeats: load.repeats },
      };
    } finally {
      await stack.stop();
    }
  },
};
