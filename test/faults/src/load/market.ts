/** The goods and wallets of a scenario, and the orders that want them. */
import { request } from 'undici';
import type { Holdings } from '../audit/index.js';
import type { ShopStack } from '../stack/index.js';
import type { OrderRequest } from './customers.js';

export interface Goods {
  readonly shelf: readonly { readonly sku: string; readonly units: number }[];
  readonly wallets: readonly { readonly account: string; readonly balance: number }[];
}

const priceOfEach = 100;

function shelfOf(name: string, skus: number, units: number): Goods['shelf'] {
  return Array.from({ length: skus }, (_, index) => ({ sku: `${name}-${index}`, units }));
}

function walletsOf(name: string, accounts: number, balance: number): Goods['wallets'] {
  return Array.from({ length: accounts }, (_, index) => ({ account: `${name}-${index}`, balance }));
}

/**
 * Most goods never run out and most wallets never get empty; a few do within the first hundreds of orders, so that about every third order is
 * refused for the rest of the time, by the inventory (the first branch) or by the payment (the last one, when the stock was taken already).
 */
export const market: Goods = {
  shelf: [...shelfOf('plenty', 17, 1_000_000), ...shelfOf('scarce', 3, 60)],
  wallets: [...walletsOf('rich', 42, 100_000_000), ...walletsOf('poor', 8, 3_000)],
};

/** Stocks the shelf and opens the wallets. */
export async function seed(stack: ShopStack, { shelf, wallets }: Goods): Promise<Holdings> {
  for (const { sku, units } of shelf) {
    await put(`${stack.order.baseUrl}/products/${sku}`, { price: priceOfEach });
    await put(`${stack.inventory.baseUrl}/stock/${sku}`, { available: units });
  }
  for (const { account, balance } of wallets) await put(`${stack.payment.baseUrl}/accounts/${account}`, { balance });
  return {
    units: shelf.reduce((sum, { units }) => sum + units, 0),
    money: wallets.reduce((sum, { balance }) => sum + balance, 0),
  };
}

/** The `index`th of endless orders: TCC and saga in turn, one to three goods, spread over all accounts; repeatable. */
export function mixedOrder(index: number, { shelf, wallets }: Goods): OrderRequest {
  const lines = Array.from({ length: 1 + (index % 3) }, (_line, line) => ({
    sku: shelf[(index * 13 + line * 7) % shelf.length]!.sku,
    quantity: 1 + ((index + line) % 4),
  }));
  return {
    key: `order-${index}`,
    mode: index % 2 === 0 ? 'tcc' : 'saga',
    account: wallets[(index * 7) % wallets.length]!.account,
    lines: lines.filter((line, position) => lines.findIndex(({ sku }) => sku === line.sku) === position),
  };
}

/** So many of them, from the `first` on. */
export function mixedOrders(first: number, count: number, goods: Goods): readonly OrderRequest[] {
  return Array.from({ length: count }, (_, index) => mixedOrder(first + index, goods));
}

async function put(url: string, body: object): Promise<void> {
  const answer = await request(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}: ${text}`);
}
