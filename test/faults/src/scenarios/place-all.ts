/** A fixed number of orders while something happens; then the audit. */
import { type Audit, audit } from '../audit/index.js';
import type { Findings } from '../findings.js';
import { type Goods, mixedOrders, type OrderRequest, placeOrders, seed } from '../load/index.js';
import type { ShopStack } from '../stack/index.js';

export interface Course {
  /** Default: a mix of TCC and sagas. */
  readonly orders?: readonly OrderRequest[];
  /** Default 64. */
  readonly inFlight?: number;
  /** Default three minutes. */
  readonly convergeWithinMs?: number;
  /** What is done while the orders are placed; returns what it did, and how often. */
  readonly meanwhile?: () => Promise<Record<string, number>>;
  /** What else must hold. */
  readonly demand?: (found: Audit) => Promise<readonly string[]>;
}

const convergeWithinMs = 180_000;

/** Seeds the shop, places the orders, and audits. */
export async function placeAll(stack: ShopStack, goods: Goods, count: number, course: Course): Promise<Findings> {
  const holdings = await seed(stack, goods);
  const placing = placeOrders(stack.order.baseUrl, course.orders ?? mixedOrders(count, goods), course.inFlight ?? 64);
  const [load, harms] = await Promise.all([placing, course.meanwhile?.() ?? {}]);
  const found = await audit(stack, { ...holdings, orders: count }, course.convergeWithinMs ?? convergeWithinMs);
  const violations = [...found.violations, ...((await course.demand?.(found)) ?? [])];
  return {
    audit: { ...found, violations },
    figures: {
      orders: count,
      seconds: Math.round(load.tookMs / 1_000),
      endedPerSecondBefore: null,
      endedPerSecondUnderFault: Math.round(count / (load.tookMs / 1_000)),
      underFault: count,
      harms,
      recoveryMs: {},
      duplicatesAbsorbed: stack.duplicatesAbsorbed,
      repeats: load.repeats,
      refusals: load.refusals,
    },
  };
}
