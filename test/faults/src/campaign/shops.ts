/**
 * The shops that campaigns run in. A whole campaign gets a fresh one each time; a short one may go on in the shop of the one before, if that wanted the same
 * and left it in order, because to build a shop takes longer than to hurt it for a moment.
 */
import { type Audit, audit, type Holdings } from '../audit/index.js';
import { market, seed } from '../load/index.js';
import { ShopStack, type StackOptions } from '../stack/index.js';

export interface Shop {
  readonly stack: ShopStack;
  readonly holdings: Holdings;
  /** What earlier campaigns have left in its books. */
  orders: number;
  committed: number;
  aborted: number;
}

export class Shops {
  private kept: { readonly key: string; readonly shop: Shop } | null = null;

  constructor(private readonly mode: 'fresh each time' | 'kept') {}

  /** Runs `use` in a shop. Another may go on in it when nothing was violated. */
  async with<T extends { readonly audit: Audit }>(options: StackOptions, use: (shop: Shop) => Promise<T>): Promise<T> {
    const key = JSON.stringify(options);
    if (this.kept !== null && this.kept.key !== key) await this.close();
    const shop = this.kept?.shop ?? (await open(options));
    this.kept = { key, shop };
    let mayGoOn = false;
    try {
      const result = await use(shop);
      await shop.stack.removeOthers();
      mayGoOn = this.mode === 'kept' && result.audit.violations.length === 0;
      return result;
    } finally {
      if (!mayGoOn) await this.close();
    }
  }

  async close(): Promise<void> {
    const { kept } = this;
    this.kept = null;
    await kept?.shop.stack.stop();
  }
}

/** Audits the whole books, those of earlier campaigns included, within `withinMs` of their convergence; counts what is new. `orders`: how many those were. */
export async function auditSince(shop: Shop, orders: number, withinMs: number): Promise<Audit> {
  shop.orders += orders;
  const found = await audit(shop.stack, { ...shop.holdings, orders: shop.orders }, withinMs);
  const fresh = { committed: found.committed - shop.committed, aborted: found.aborted - shop.aborted };
  shop.committed = found.committed;
  shop.aborted = found.aborted;
  return { ...found, ...fresh };
}

async function open(options: StackOptions): Promise<Shop> {
  const stack = await ShopStack.start(options);
  try {
    return { stack, holdings: await seed(stack, market), orders: 0, committed: 0, aborted: 0 };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
