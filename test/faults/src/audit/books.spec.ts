/** The audit finds what it is there to find: each kind of disagreement between an order, its transaction, and what was really done. */
import type { ShopStack } from '../stack/index.js';
import { checkBooks } from './books.js';

interface Books {
  readonly status?: string;
  readonly order?: string;
  readonly mode?: string;
  readonly stock?: Readonly<Record<string, number>>;
  readonly money?: Readonly<Record<string, number>>;
}

/** One order of 3 units for 300, and what the four databases hold of it. */
function found({ status, order = 'confirmed', mode = 'tcc', stock = {}, money = {} }: Books): Promise<readonly string[]> {
  const rows = (effects: Readonly<Record<string, number>>) => Object.entries(effects).map(([op, n]) => ({ gid: 'g', op, n }));
  const tables: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
    coordinator: status === undefined ? [] : [{ gid: 'g', status }],
    order: [{ gid: 'g', status: order, mode, amount: '300', order_lines: '[{"sku":"a","quantity":1},{"sku":"b","quantity":2}]' }],
    inventory: rows(stock),
    payment: rows(money),
  };
  const read = async (service: string) => tables[service] ?? [];
  return checkBooks({ read } as unknown as ShopStack);
}

const tcc = { stock: { try: 3, confirm: 3 }, money: { try: 300, confirm: 300 } };

describe('the books', () => {
  it('agree when all was done once, or nothing, or all was undone', async () => {
    expect(await found({ status: 'committed', ...tcc })).toEqual([]);
    expect(await found({ status: 'committed', mode: 'saga', stock: { action: 3 }, money: { action: 300 } })).toEqual([]);
    expect(await found({ status: 'aborted', order: 'refused' })).toEqual([]);
    expect(await found({ status: 'aborted', order: 'refused', stock: { try: 3, cancel: 3 } })).toEqual([]);
    expect(await found({ status: 'aborted', order: 'refused', mode: 'saga', stock: { action: 3, compensate: 3 } })).toEqual([]);
  });

  it.each<[string, Books]>([
    ['committed, but the inventory did nothing', { status: 'committed', money: tcc.money }],
    ['committed, but the payment did try', { status: 'committed', stock: tcc.stock, money: { try: 300 } }],
    [
      'committed, but the inventory did cancel and confirm and try',
      { status: 'committed', ...tcc, stock: { try: 3, confirm: 3, cancel: 3 } },
    ],
    ['committed, but the inventory did confirm and try', { status: 'committed', ...tcc, stock: { try: 6, confirm: 6 } }],
    ['committed, but the order is placed', { status: 'committed', ...tcc, order: 'placed' }],
    ['aborted, but the order is confirmed', { status: 'aborted' }],
    ['aborted, but the inventory did try', { status: 'aborted', order: 'refused', stock: { try: 3 } }],
    ['aborted, but the payment did confirm and try', { status: 'aborted', order: 'refused', money: tcc.money }],
    ['an order without an ended transaction (committing)', { status: 'committing' }],
    ['an order without an ended transaction (none at all)', {}],
  ])('show %s', async (problem, books) => {
    expect(await found(books)).toEqual([`${problem}: 1 orders, such as g`]);
  });
});
