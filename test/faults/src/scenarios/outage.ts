/** A participant is down for a minute under load: its transactions finish by themselves after it returns, within the retry cap. */
import { audit } from '../audit/index.js';
import type { Findings } from '../findings.js';
import { market, mixedOrders, placeOrders, seed } from '../load/index.js';
import { ShopStack } from '../stack/index.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

/** The cap of policy `standard`, and a little for the last calls themselves. */
const retryCapMs = 30_000 + 5_000;
const outageMs = 60_000;

export const outageScenario: Scenario = {
  name: 'participant-outage',
  title: 'Payment is down for a minute under load',
  unable: whyNoMariadb,
  run: async (scale) => {
    const stack = await ShopStack.start({ dialect: 'mariadb', hasBranchProxies: true, orderEnv: { ORDER_WAIT_MS: '100' } });
    try {
      return await outage(stack, Math.round(2_000 * scale), outageMs * scale);
    } finally {
      await stack.stop();
    }
  },
};

async function outage(stack: ShopStack, count: number, downMs: number): Promise<Findings> {
  const holdings = await seed(stack, market);
  const placing = placeOrders(stack.order.baseUrl, mixedOrders(count, market), 16);
  const downFromMs = performance.now();
  await stack.payment.killHard();
  await new Promise((resolve) => setTimeout(resolve, downMs));
  await stack.payment.start();
  const load = await placing;
  const auditedFromMs = performance.now();
  const found = await audit(stack, { ...holdings, orders: count }, retryCapMs);
  return {
    audit: found,
    figures: {
      orders: count,
      seconds: Math.round(load.tookMs / 1_000),
      endedPerSecondBefore: null,
      endedPerSecondUnderFault: null,
      underFault: count,
      harms: { 'participant down': 1 },
      recoveryMs: { 'participant down': [Math.round(auditedFromMs - downFromMs + found.convergedAfterMs)] },
      duplicatesAbsorbed: stack.duplicatesAbsorbed,
      repeats: load.repeats,
      refusals: load.refusals,
    },
  };
}
