/** Warm-up, faults, convergence, audit: the course of every scenario that hurts the shop. */
import type { Findings } from '../findings.js';
import { Customers, market, mixedOrder } from '../load/index.js';
import type { ShopStack, StackOptions } from '../stack/index.js';
import { Ground } from './ground.js';
import { auditSince, type Shop, type Shops } from './shops.js';

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

/** The lease of coordinators in campaigns, in milliseconds. */
export const leaseMs = 2_000;
/**
 * What is promised of a takeover: after the end of a process all that it drove is driven by others within a lease and a quarter, and a second; one that is
 * stopped or cut off in the middle of a flush holds its row until the server ends its session, which is a lease more.
 */
export const promisedTakeoverMs = { ofDead: leaseMs * 1.25 + 1_000, ofSilent: leaseMs * 2.25 + 1_000 } as const;
const warmUpMs = 3_000;
const faultMs = 20_000;
/** What a service that was stopped or cut off does not answer, customers ask again after this long. */
const impatientMs = 10_000;
/** Less than this shows nothing. */
const shortestMs = 3_000;
const shortestWarmUpMs = 1_000;
const convergesWithinMs = 90_000;

/** A lease that a campaign can wait for; customers wait no longer than that for an outcome, so that orders go on coming while nothing can be decided. */
export const campaignShop = {
  dialect: 'mariadb',
  hasBranchProxies: true,
  coordinatorEnv: { ASSENT_LEASE_MS: String(leaseMs) },
  orderEnv: { ORDER_WAIT_MS: '1500' },
} as const;

/** Runs a campaign; `scale` 1 is the whole of it. */
export function runCampaign(campaign: Campaign, scale: number, shops: Shops): Promise<Findings> {
  const options = { ...campaignShop, ...campaign.stack, orderEnv: { ...campaignShop.orderEnv, ...campaign.stack?.orderEnv } };
  return shops.with(options, (shop) => hurtAndAudit(shop, campaign, scale));
}

async function hurtAndAudit(shop: Shop, campaign: Campaign, scale: number): Promise<Findings> {
  const { stack } = shop;
  const absorbedBefore = stack.duplicatesAbsorbed ?? 0;
  await campaign.prepare?.(stack);
  const customers = new Customers(stack.order.baseUrl, (index) => mixedOrder(shop.orders + index, market), impatientMs);
  const openedAtMs = Date.now();
  customers.start(campaign.inFlight ?? 24);
  await new Promise((resolve) => setTimeout(resolve, Math.max(shortestWarmUpMs, warmUpMs * scale)));

  const hurtFromMs = Date.now();
  const ground = new Ground(stack, Math.max(shortestMs, faultMs * scale), scale, campaign.seed);
  await campaign.harm(ground);
  const hurtUntilMs = Date.now();

  customers.close();
  const load = await customers.done();
  const found = await auditSince(shop, load.orders, convergesWithinMs);
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
      takeoverMs: ground.takeoverMs,
      duplicatesAbsorbed: stack.duplicatesAbsorbed === null ? null : stack.duplicatesAbsorbed - absorbedBefore,
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
