import { products, seededUnits, wallets } from '../shop/index.js';
import { ORDERS, plannedOrders } from './orders.js';

describe('the orders of the demo', () => {
  const orders = plannedOrders();

  it('are 200 with a key of their own, half by TCC and half as sagas', () => {
    expect(orders).toHaveLength(ORDERS);
    expect(new Set(orders.map(({ key }) => key)).size).toBe(ORDERS);
    expect(orders.filter(({ mode }) => mode === 'tcc')).toHaveLength(ORDERS / 2);
  });

  it('want more lamps and kettles than there are, by either mode', () => {
    for (const sku of ['lamp', 'kettle']) {
      const wanting = orders.filter(({ lines }) => lines.some((line) => line.sku === sku));
      const wanted = wanting.reduce((sum, { lines }) => sum + (lines[0]?.quantity ?? 0), 0);
      expect(wanted).toBeGreaterThan(products.find((product) => product.sku === sku)?.units ?? Number.NaN);
      expect(new Set(wanting.map(({ mode }) => mode)).size).toBe(2);
    }
  });

  it('come from empty wallets too, by either mode', () => {
    const beyondMeans = orders.filter(({ account, lines }) => {
      const cost = lines.reduce(
        (sum, { sku, quantity }) => sum + quantity * (products.find((product) => product.sku === sku)?.price ?? 0),
        0,
      );
      return cost > (wallets.find((wallet) => wallet.account === account)?.balance ?? 0);
    });
    expect(new Set(beyondMeans.map(({ mode }) => mode)).size).toBe(2);
  });

  it('start from 1,000 units and 50,000.00', () => {
    expect(seededUnits).toBe(1_000);
    expect(wallets.reduce((sum, { balance }) => sum + balance, 0)).toBe(5_000_000);
  });
});
