import { AssentClient } from './assent-client.js';
import type { Contract } from './contracts.js';

interface Shop {
  'inventory.reserve': Contract<{ readonly sku: string; readonly quantity: number }, { readonly reserved: number }>;
  'payment.freeze': Contract<{ readonly account: string; readonly amount: number }>;
}

/** Never called: the compiler is the test. Each marked line must not compile, else the mark itself is an error. */
export async function mistakes(assent: AssentClient<Shop>): Promise<void> {
  // @ts-expect-error a contract that nobody exports
  assent.tcc('checkout').branch('inventory.reserved', { sku: 'tea', quantity: 1 });
  // @ts-expect-error a field that the contract does not know
  assent.tcc('checkout').branch('inventory.reserve', { sku: 'tea', quantity: 1, colour: 'green' });
  // @ts-expect-error a field that is missing
  assent.saga('checkout').step('inventory.reserve', { sku: 'tea' });
  // @ts-expect-error a field of another type
  assent.saga('checkout').step('payment.freeze', { account: 'a1', amount: '12.00' });

  const done = await assent
    .saga('checkout')
    .step('inventory.reserve', { sku: 'tea', quantity: 1 }, { id: 'stock' })
    .step('payment.freeze', { account: 'a1', amount: 5 })
    .run();
  const reserved: number | undefined = done.results.stock?.reserved;
  // @ts-expect-error a field that the answer does not have
  const sold: number | undefined = done.results.stock?.sold;
  // @ts-expect-error a step that was not added
  const shipped: unknown = done.results.ship;

  await assent.globalTransaction('checkout', async (tx) => {
    const answer = await tx.try('inventory.reserve', { sku: 'tea', quantity: 1 });
    // @ts-expect-error the answer has no such field
    return [answer.left, reserved, sold, shipped];
  });
}

describe('typed contracts', () => {
  it('cost nothing at run time: a client of any contracts is the same class', () => {
    expect(mistakes).toBeInstanceOf(Function);
    expect(new AssentClient({ baseUrl: 'http://127.0.0.1:9' })).toBeInstanceOf(AssentClient);
  });
});
