/** Warm-up, faults, convergence, audit: the course of every scenario that hurts the shop. */
import { audit } from '../audit/index.js';
import type { Findings } from '../findings.js';
import { Customers, market, mixedOrder, seed } from '../load/index.js';
import { ShopStack, type StackOptions } from '../stack/index.js';
import { Ground } from './ground.js';

export interface Campaign {
  readonly stack?: Partial<StackOptions>;
  /** Customers at a time. Default 24: enough that every moment has transactions in the air, few enough for two cores. */
  readonly inFlight?: number;
  /** Makes what `harm` draws repeatable. */
  readonly seed: number;
  /** Done when the shop is up and before customers come. */
  prepare?(stack: ShopStack): Promise<void>;
  /** Hurts the shop until `ground.isOn` is false, and leaves it healed. */
  harm(ground: Ground): Promise<void>;
}

const warmUpMs = 3_000;
const faultMs = 20_000;
/** Less than this shows nothing. */
const shortestMs = 4_000;
const shortestWarmUpMs = 1_000;
const convergesWithinMs = 90_000;
/** How long a customer waits for the outcome: no longer, so that orders go on coming while nothing can be decided. */
const orderWaitMs = '1500';

/** Runs a campaign; `scale` 1 is the whole of it. */
export async function runCampaign(campaign: Campaign, scale: number): Promise<Findings> {
  const stack = await ShopStack.start({
    dialect: 'mariadb',
    hasBranchProxies: true,
    ...campaign.stack,
    orderEnv: { ORDER_WAIT_MS: orderWaitMs, ...campaign.stack?.orderEnv },
  });
  try {
    return await hurtAndAudit(stack, campaign, scale);
  } finally {
    await stack.stop();
  }
}

async function hurtAndAudit(stack: ShopStack, campaign: Campaign, scale: number): Promise<Findings> {
  const holdings = await seed(stack, market);
  await campaign.prepare?.(stack);
  const customers = new Customers(stack.order.baseUrl, (index) => mixedOrder(index, market));
  const openedAtMs = Date.now();
  customers.start(campaign.inFlight ?? 24);
  await new Promise((resolve) => setTimeout(resolve, Math.max(shortestWarmUpMs, warmUpMs * scale)));

  const hurtFromMs = Date.now();
  const ground = new Ground(stack, Math.max(shortestMs, faultMs * scale), campaign.seed);
  await campaign.harm(ground);
  const hurtUntilMs = Date.now();

  customers.close();
  const load = await customers.done();
  const found = await audit(stack, { ...holdings, orders: load.orders }, convergesWithinMs);
  const violations = [...ground.violations, ...found.violations];
  if (Object.keys(ground.harms).length === 0) violations.push('no harm was done: nothing was tested');
  return {
    audit: { ...found, violations },
    figures: {
      orders: load.orders,
      seconds: Math.round(load.tookMs / 1_000),
      endedPerSecondBefore: await endedPerSecond(stack, openedAtMs, hurtFromMs),
      endedPerSecondUnderFault: await endedPerSecond(stack, hurtFromMs, hurtUntilMs),
      underFault: await openBetween(stack, hurtFromMs, hurtUntilMs),
      harms: ground.harms,
      recoveryMs: ground.recoveryMs,
      duplicatesAbsorbed: stack.duplicatesAbsorbed,
      repeats: load.repeats,
      refusals: load.refusals,
    },
  };
}

/** The database runs on this machine and shares its clock. */
async function endedPerSecond(stack: ShopStack, fromMs: number, untilMs: number): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM global_transaction WHERE finished_at >= ${fromMs} AND finished_at < ${untilMs}`;
  const [row] = await stack.read('coordinator', sql);
  return Math.round((Number(row?.n) / (untilMs - fromMs)) * 1_000);
}

async function openBetween(stack: ShopStack, fromMs: number, untilMs: number): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM global_transaction WHERE created_at < ${untilMs} AND (finished_at IS NULL OR finished_at >= ${fromMs})`;
  const [row] = await stack.read('coordinator', sql);
  return Number(row?.n);
}
