/** A fixed number of orders while something happens; then the audit. */
import type { Audit } from '../audit/index.js';
import { auditSince, type Shop } from '../campaign/index.js';
import type { Findings } from '../findings.js';
import { type OrderRequest, placeOrders } from '../load/index.js';

export interface Course {
  readonly orders: readonly OrderRequest[];
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

/** Places the orders, and audits. */
export async function placeAll(shop: Shop, course: Course): Promise<Findings> {
  const { orders } = course;
  const absorbedBefore = shop.stack.duplicatesAbsorbed ?? 0;
  const placing = placeOrders(shop.stack.order.baseUrl, orders, course.inFlight ?? 64);
  const [load, harms] = await Promise.all([placing, course.meanwhile?.() ?? {}]);
  const found = await auditSince(shop, orders.length, course.convergeWithinMs ?? convergeWithinMs);
  const violations = [...found.violations, ...((await course.demand?.(found)) ?? [])];
  const absorbed = shop.stack.duplicatesAbsorbed;
  return {
    audit: { ...found, violations },
    figures: {
      orders: orders.length,
      seconds: Math.round(load.tookMs / 1_000),
      endedPerSecondBefore: null,
      endedPerSecondUnderFault: Math.round(orders.length / (load.tookMs / 1_000)),
      underFault: orders.length,
      harms,
      recoveryMs: {},
      duplicatesAbsorbed: absorbed === null ? null : absorbed - absorbedBefore,
      repeats: load.repeats,
      refusals: load.refusals,
    },
  };
}
