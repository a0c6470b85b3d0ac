/**
 * The shops that campaigns run in. A whole campaign gets a fresh one each time; a short one may go on in the shop of the one before, if that wanted the same
 * and left it in order, because to build a shop takes longer than to hurt it for a moment.
 */
import type { Holdings } from '../audit/index.js';
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

  /** Runs `use` in a shop; `isInOrder` says whether another may go on in it. */
  async with<T>(options: StackOptions, use: (shop: Shop) => Promise<T>, isInOrder: (result: T) => boolean): Promise<T> {
    const key = JSON.stringify(options);
    if (this.kept !== null && this.kept.key !== key) await this.close();
    const shop = this.kept?.shop ?? (await open(options));
    this.kept = { key, shop };
    let mayGoOn = false;
    try {
      const result = await use(shop);
      await shop.stack.removeOthers();
      mayGoOn = this.mode === 'kept' && isInOrder(result);
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

async function open(options: StackOptions): Promise<Shop> {
  const stack = await ShopStack.start(options);
  try {
    return { stack, holdings: await seed(stack, market), orders: 0, committed: 0, aborted: 0 };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
