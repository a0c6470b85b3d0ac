/**
 * 10,000 orders, 64 at a time, while every tenth call to a participant fails (half of them before the work, half after it, so that the answer
 * is lost). With and without kills of the coordinator in the middle, on MariaDB and on SQLite.
 */
import type { Shop } from '../campaign/index.js';
import { market, mixedOrders } from '../load/index.js';
import type { Dialect } from '../stack/index.js';
import { placeAll } from './place-all.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

function ordersUnderFailures(dialect: Dialect, kills: number): Scenario {
  const suffix = kills === 0 ? '' : '-with-kills';
  return {
    name: `orders-${dialect}${suffix}`,
    title: `10,000 orders on ${dialect}, 10 % of the calls fail${kills === 0 ? '' : `, the coordinator is killed ${kills} times`}`,
    unable: () => (dialect === 'mariadb' ? whyNoMariadb() : null),
    run: (scale, shops) =>
      shops.with({ dialect, participantFaults: 'fail=0.05,lose=0.05,seed=11' }, (shop) => {
        const orders = mixedOrders(shop.orders, Math.round(10_000 * scale), market);
        return placeAll(shop, { orders, meanwhile: () => killBetween(shop, orders.length, kills) });
      }),
  };
}

/** Kills the coordinator when a share of the orders has begun, and starts it again at once. */
async function killBetween({ stack, orders }: Shop, count: number, kills: number): Promise<Record<string, number>> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const share = (count * kill) / (kills + 1);
    while (await fewerThan(stack, orders + share)) await new Promise((resolve) => setTimeout(resolve, 100));
    await stack.coordinator.killHard();
    await stack.coordinator.start();
  }
  return kills === 0 ? {} : { 'coordinator killed': kills };
}

async function fewerThan(stack: Shop['stack'], share: number): Promise<boolean> {
  const [row] = await stack.read('coordinator', 'SELECT COUNT(*) AS n FROM global_transaction');
  return Number(row?.n) < share;
}

export const ordersUnderFailuresScenarios: readonly Scenario[] = [
  ordersUnderFailures('mariadb', 0),
  ordersUnderFailures('mariadb', 2),
  ordersUnderFailures('sqlite', 0),
  ordersUnderFailures('sqlite', 2),
];
