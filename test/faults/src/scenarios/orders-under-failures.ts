/**
 * 10,000 orders, 64 at a time, while every tenth call to a participant fails (half of them before the work, half after it, so that the answer
 * is lost). With and without kills of the coordinator in the middle, on MariaDB and on SQLite.
 */
import { audit, countByStatus } from '../audit.js';
import { placeOrders } from '../load.js';
import { mixedOrders, seed } from '../shop.js';
import { type Dialect, ShopStack } from '../stack/shop-stack.js';
import type { Findings, Scenario } from './scenario.js';

const inFlight = 64;
const goods = { skus: 20, unitsOfEach: 1_500, accounts: 50, balanceOfEach: 60_000 };
const convergeWithinMs = 180_000;

function ordersUnderFailures(dialect: Dialect, kills: number): Scenario {
  const suffix = kills === 0 ? '' : '-with-kills';
  return {
    name: `orders-${dialect}${suffix}`,
    title: `10,000 orders on ${dialect}, 10 % of the calls fail${kills === 0 ? '' : `, the coordinator is killed ${kills} times`}`,
    run: async (scale) => {
      const stack = await ShopStack.start({ dialect, participantFaults: 'fail=0.05,lose=0.05,seed=11' });
      try {
        return await placeAll(stack, Math.round(10_000 * scale), kills);
      } finally {
        await stack.stop();
      }
    },
  };
}

async function placeAll(stack: ShopStack, count: number, kills: number): Promise<Findings> {
  const expected = await seed(stack, goods, count);
  const placing = placeOrders(stack.order.baseUrl, mixedOrders(count, goods), inFlight);
  const killing = killBetween(stack, count, kills);
  const load = await placing;
  await killing;
  const found = await audit(stack, expected, convergeWithinMs);
  return {
    audit: found,
    figures: {
      orders: count,
      seconds: Math.round(load.tookMs / 1_000),
      'orders per second': Math.round(count / (load.tookMs / 1_000)),
      repeats: load.repeats,
      kills,
      ...load.refusals,
    },
  };
}

/** Kills the coordinator when a share of the orders has begun, and starts it again at once. */
async function killBetween(stack: ShopStack, count: number, kills: number): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const share = (count * kill) / (kills + 1);
    while (await fewerThan(stack, share)) await new Promise((resolve) => setTimeout(resolve, 100));
    await stack.coordinator.killHard();
    await stack.coordinator.start();
  }
}

async function fewerThan(stack: ShopStack, share: number): Promise<boolean> {
  const { mixed: _mixed, ...counts } = await countByStatus(stack);
  return Object.values(counts).reduce((sum, count) => sum + count, 0) < share;
}

export const ordersUnderFailuresScenarios: readonly Scenario[] = [
  ordersUnderFailures('mariadb', 0),
  ordersUnderFailures('mariadb', 2),
  ordersUnderFailures('sqlite', 0),
  ordersUnderFailures('sqlite', 2),
];
