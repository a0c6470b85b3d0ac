/** The goods and wallets of a scenario, and the orders that want them. */
import { request } from 'undici';
import type { Expected } from './audit.js';
import type { OrderRequest } from './load.js';
import type { ShopStack } from './stack/shop-stack.js';

export interface Goods {
  readonly skus: number;
  readonly unitsOfEach: number;
  readonly accounts: number;
  readonly balanceOfEach: number;
}

const priceOfEach = 100;

/** Stocks the shelf and opens the wallets. */
export async function seed(stack: ShopStack, goods: Goods, orders: number): Promise<Expected> {
  for (let sku = 0; sku < goods.skus; sku += 1) {
    await put(`${stack.order.baseUrl}/products/sku-${sku}`, { price: priceOfEach });
    await put(`${stack.inventory.baseUrl}/stock/sku-${sku}`, { available: goods.unitsOfEach });
  }
  for (let account = 0; account < goods.accounts; account += 1) {
    await put(`${stack.payment.baseUrl}/accounts/acc-${account}`, { balance: goods.balanceOfEach });
  }
  return { orders, units: goods.skus * goods.unitsOfEach, money: goods.accounts * goods.balanceOfEach };
}

/** A mix of TCC and saga orders of one to three goods, spread over all accounts; repeatable. */
export function mixedOrders(count: number, goods: Goods): readonly OrderRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `order-${index}`,
    mode: index % 2 === 0 ? 'tcc' : 'saga',
    account: `acc-${(index * 7) % goods.accounts}`,
    lines: Array.from({ length: 1 + (index % 3) }, (_line, line) => ({
      sku: `sku-${(index * 13 + line * 5) % goods.skus}`,
      quantity: 1 + ((index + line) % 4),
    })).filter((line, position, all) => all.findIndex(({ sku }) => sku === line.sku) === position),
  }));
}

async function put(url: string, body: object): Promise<void> {
  const answer = await request(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}: ${text}`);
}
