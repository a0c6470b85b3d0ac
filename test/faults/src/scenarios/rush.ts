/** 5,000 customers at once want 100 units: 100 get one, the rest are refused with OUT_OF_STOCK, after one attempt each. */
import { audit, readCoordinator } from '../audit.js';
import { placeOrders } from '../load.js';
import { seed } from '../shop.js';
import { type Dialect, ShopStack } from '../stack/shop-stack.js';
import type { Findings, Scenario } from './scenario.js';

const goods = { skus: 1, unitsOfEach: 100, accounts: 50, balanceOfEach: 1_000_000 };

function rush(dialect: Dialect): Scenario {
  return {
    name: `rush-${dialect}`,
    title: `5,000 orders at once on 100 units, on ${dialect}`,
    run: async (scale) => {
      const stack = await ShopStack.start({ dialect });
      try {
        return await sell(stack, Math.round(5_000 * scale));
      } finally {
        await stack.stop();
      }
    },
  };
}

async function sell(stack: ShopStack, count: number): Promise<Findings> {
  const expected = await seed(stack, goods, count);
  const orders = Array.from({ length: count }, (_, index) => ({
    key: `rush-${index}`,
    mode: index % 2 === 0 ? ('tcc' as const) : ('saga' as const),
    account: `acc-${index % goods.accounts}`,
    lines: [{ sku: 'sku-0', quantity: 1 }],
  }));
  const load = await placeOrders(stack.order.baseUrl, orders, count);
  const found = await audit(stack, expected, 120_000);
  const violations = [...found.violations];
  if (found.committed !== Math.min(100, count)) violations.push(`${found.committed} orders were sold of 100 units`);
  const [repeated] = await readCoordinator(stack, `SELECT COUNT(*) AS n FROM attempt_log WHERE outcome = 'rejected' AND attempt > 1`);
  if (Number(repeated?.n) > 0) violations.push(`${String(repeated?.n)} refusals took more than one attempt`);
  return {
    audit: { ...found, violations },
    figures: { orders: count, seconds: Math.round(load.tookMs / 1_000), repeats: load.repeats, ...load.refusals },
  };
}

export const rushScenarios: readonly Scenario[] = [rush('mariadb'), rush('sqlite')];
