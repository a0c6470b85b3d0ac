/** A participant is down for a minute under load: its transactions finish by themselves after it returns, within the retry cap. */
import { auditSince, campaignShop, type Shop } from '../campaign/index.js';
import type { Findings } from '../findings.js';
import { market, mixedOrders, placeOrders } from '../load/index.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

/** The cap of policy `standard`, and a little for the last calls themselves. */
const retryCapMs = 30_000 + 5_000;
const outageMs = 60_000;
/** Each waits 1.5 s for an outcome that cannot come: enough that all of them have ordered before the outage is over. */
const inFlight = 128;

export const outageScenario: Scenario = {
  name: 'participant-outage',
  title: 'Payment is down for a minute under load',
  unable: whyNoMariadb,
  run: (scale, shops) => shops.with(campaignShop, (shop) => outage(shop, Math.round(2_000 * scale), outageMs * scale)),
};

async function outage(shop: Shop, count: number, downMs: number): Promise<Findings> {
  const { stack } = shop;
  const absorbedBefore = stack.duplicatesAbsorbed ?? 0;
  const placing = placeOrders(stack.order.baseUrl, mixedOrders(shop.orders, count, market), inFlight);
  const downFromMs = performance.now();
  await stack.payment.killHard();
  await new Promise((resolve) => setTimeout(resolve, downMs));
  await stack.payment.start();
  const load = await placing;
  const auditedFromMs = performance.now();
  const found = await auditSince(shop, count, retryCapMs);
  return {
    audit: found,
    figures: {
      orders: count,
      seconds: Math.round(load.tookMs / 1_000),
      endedPerSecondBefore: null,
      endedPerSecondUnderFault: Math.round(count / ((auditedFromMs - downFromMs + found.convergedAfterMs) / 1_000)),
      underFault: count,
      harms: { 'participant down': 1 },
      recoveryMs: { 'participant down': [Math.round(auditedFromMs - downFromMs + found.convergedAfterMs)] },
      duplicatesAbsorbed: (stack.duplicatesAbsorbed ?? 0) - absorbedBefore,
      repeats: load.repeats,
      refusals: load.refusals,
    },
  };
}
