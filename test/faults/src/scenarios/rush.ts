/** 5,000 customers at once want 100 units: 100 get one, the rest are refused with OUT_OF_STOCK, after one attempt each. */
import type { Audit } from '../audit/index.js';
import type { Shop } from '../campaign/index.js';
import type { Findings } from '../findings.js';
import { type Goods, seed } from '../load/index.js';
import { type Dialect, ShopStack } from '../stack/index.js';
import { placeAll } from './place-all.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

const units = 100;
const wallets = Array.from({ length: 50 }, (_, index) => ({ account: `acc-${index}`, balance: 1_000_000 }));
const goods: Goods = { shelf: [{ sku: 'sku-0', units }], wallets };

/**
 * A branch that answers that it has not got its turn yet (425) is asked again, and that is a poll, not an attempt: the number of the call says nothing
 * here. An attempt that failed, or a second refusal, has a row of its own.
 */
const REFUSED_AFTER_A_FAILURE = `SELECT COUNT(*) AS n FROM (
  SELECT gid FROM attempt_log GROUP BY gid, branch, op
  HAVING SUM(CASE WHEN outcome = 'rejected' THEN 1 ELSE 0 END) > 0 AND COUNT(*) > 1
) AS refused`;

function rush(dialect: Dialect): Scenario {
  return {
    name: `rush-${dialect}`,
    title: `5,000 orders at once on 100 units, on ${dialect}`,
    unable: () => (dialect === 'mariadb' ? whyNoMariadb() : null),
    run: async (scale) => {
      const stack = await ShopStack.start({ dialect });
      try {
        const shop = { stack, holdings: await seed(stack, goods), orders: 0, committed: 0, aborted: 0 };
        return await sell(shop, Math.round(5_000 * scale));
      } finally {
        await stack.stop();
      }
    },
  };
}

function sell(shop: Shop, count: number): Promise<Findings> {
  const orders = Array.from({ length: count }, (_, index) => ({
    key: `rush-${index}`,
    mode: index % 2 === 0 ? ('tcc' as const) : ('saga' as const),
    account: `acc-${index % wallets.length}`,
    lines: [{ sku: 'sku-0', quantity: 1 }],
  }));
  return placeAll(shop, { orders, inFlight: count, demand: (found) => allSoldAtOnce(shop.stack, found, count) });
}

async function allSoldAtOnce(stack: ShopStack, { committed }: Audit, count: number): Promise<readonly string[]> {
  const violations: string[] = [];
  if (committed !== Math.min(units, count)) violations.push(`${committed} orders were sold of ${units} units`);
  const [repeated] = await stack.read('coordinator', REFUSED_AFTER_A_FAILURE);
  if (Number(repeated?.n) > 0) violations.push(`${String(repeated?.n)} refusals took more than one attempt`);
  return violations;
}

export const rushScenarios: readonly Scenario[] = [rush('mariadb'), rush('sqlite')];
