/** The 200 orders: the same in every run, so that a second run finds what the first has done. */
import type { AccountName, OrderRequest, Sku } from '../shop/index.js';

export const ORDERS = 200;

interface Wish {
  readonly account: AccountName;
  readonly sku: Sku;
  readonly quantity: number;
}

/**
 * Ten wishes, repeated. Lamps and kettles sell out: 80 of each are wanted, 30 and 40 are there. Eve and Fay have 12.00 and 24.00, and want cups for
 * 37.50.
 */
const wishes: readonly Wish[] = [
  { account: 'ada', sku: 'tea', quantity: 4 },
  { account: 'bob', sku: 'coffee', quantity: 2 },
  { account: 'cleo', sku: 'cup', quantity: 1 },
  { account: 'dan', sku: 'lamp', quantity: 2 },
  { account: 'eve', sku: 'cup', quantity: 3 },
  { account: 'ada', sku: 'tea', quantity: 3 },
  { account: 'bob', sku: 'lamp', quantity: 2 },
  { account: 'fay', sku: 'cup', quantity: 3 },
  { account: 'cleo', sku: 'kettle', quantity: 4 },
  { account: 'dan', sku: 'coffee', quantity: 1 },
];

/** Every other order is carried out by TCC, the rest as sagas; the pattern turns every ten, so that each wish meets both. */
export function plannedOrders(): readonly OrderRequest[] {
  return Array.from({ length: ORDERS }, (_, n) => {
    const { account, sku, quantity } = wishes[n % wishes.length] as Wish;
    const mode = (n + Math.floor(n / wishes.length)) % 2 === 0 ? 'tcc' : 'saga';
    return { key: `demo-${String(n + 1).padStart(3, '0')}`, mode, account, lines: [{ sku, quantity }] };
  });
}
