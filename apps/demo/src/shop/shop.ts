/** The shop as the demo sees it: its three services over HTTP. */
import type { MoneyTotals, StockTotals } from '../report/index.js';
import { products, wallets } from './goods.js';
import { callJson } from './json-http.js';

export interface ShopUrls {
  readonly order: string;
  readonly inventory: string;
  readonly payment: string;
}

export interface OrderRequest {
  readonly key: string;
  readonly mode: 'tcc' | 'saga';
  readonly account: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** An order as the order service shows it; the transaction that carries it out is `gid`. */
export interface PlacedOrder {
  readonly gid: string;
  readonly status: 'placed' | 'confirmed' | 'refused';
  readonly refusal: { readonly code: string } | null;
  readonly createdAt: string;
}

export class Shop {
  constructor(private readonly urls: ShopUrls) {}

  /** Products, stock and wallets. What is there already keeps its numbers. */
  async seed(): Promise<void> {
    for (const { sku, price, units } of products) {
      await this.put(`${this.urls.order}/products/${sku}`, { price });
      await this.put(`${this.urls.inventory}/stock/${sku}`, { available: units });
    }
    for (const { account, balance } of wallets) await this.put(`${this.urls.payment}/accounts/${account}`, { balance });
  }

  /** Places an order, or finds the one placed before under its key. `null` when the service gave no usable answer: repeat it. */
  async place({ key, ...order }: OrderRequest): Promise<PlacedOrder | null> {
    try {
      const { status, body } = await callJson('POST', `${this.urls.order}/orders`, { body: order, headers: { 'idempotency-key': key } });
      if (status === 201 || status === 202) return body as PlacedOrder;
      const { order: refused } = body as { order?: PlacedOrder };
      if (status === 409 && refused !== undefined) return refused;
      if (status < 500) throw new OrderNotAcceptedError(key, body);
      return null;
    } catch (error) {
      if (error instanceof OrderNotAcceptedError) throw error;
      return null;
    }
  }

  /** Over the products the demo has seeded, read from the inventory's database. */
  async stockTotals(): Promise<StockTotals> {
    const { body } = await callJson('GET', `${this.urls.inventory}/stock?limit=1000`);
    const seeded = new Set<string>(products.map(({ sku }) => sku));
    const items = (body as (StockTotals & { sku: string })[]).filter(({ sku }) => seeded.has(sku));
    const sum = (of: keyof StockTotals) => items.reduce((total, item) => total + item[of], 0);
    return { available: sum('available'), reserved: sum('reserved'), sold: sum('sold') };
  }

  /** Over all accounts, read from the payment service's database; `opened` is what they were opened with. */
  async moneyTotals(): Promise<MoneyTotals & { readonly opened: number }> {
    const { body } = await callJson('GET', `${this.urls.payment}/totals`);
    return body as MoneyTotals & { opened: number };
  }

  private async put(url: string, body: object): Promise<void> {
    const answer = await callJson('PUT', url, { body });
    if (answer.status >= 300) throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
}

/** The order service refused the request itself, not the order: a repeat would end the same way. */
class OrderNotAcceptedError extends Error {
  override readonly name = 'OrderNotAcceptedError';

  constructor(key: string, body: unknown) {
    super(`order ${key} was not accepted: ${JSON.stringify(body)}`);
  }
}
