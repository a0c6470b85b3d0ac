/**
 * Order by order: what the order says, what its transaction says, and what inventory and payment have really done. All or nothing (A), once (I), never
 * both ends (E).
 */
import type { ShopStack } from '../stack/index.js';

type Row = Readonly<Record<string, unknown>>;

/** What one service did for one transaction: op -> how much. */
type Effects = ReadonlyMap<string, number>;

/** The ops that make one whole, by mode of the order. */
const whole = {
  tcc: { committed: 'try confirm', aborted: 'try cancel' },
  saga: { committed: 'action', aborted: 'action compensate' },
} as const;

const mostShown = 5;

/** Sentences, one for each kind of disagreement, with a few gids each. */
export async function checkBooks(stack: ShopStack): Promise<readonly string[]> {
  const [transactions, orders, moved, paid] = await Promise.all([
    stack.read('coordinator', 'SELECT gid, status FROM global_transaction'),
    stack.read('order', 'SELECT gid, status, mode, amount, order_lines FROM customer_order'),
    stack.read('inventory', 'SELECT gid, op, SUM(quantity) AS n FROM stock_movement GROUP BY gid, op'),
    stack.read('payment', `SELECT gid, op, SUM(amount) AS n FROM ledger_entry WHERE amount > 0 AND gid <> 'opening' GROUP BY gid, op`),
  ]);
  const statuses = new Map(transactions.map((row) => [String(row.gid), String(row.status)]));
  const stock = effectsByGid(moved);
  const money = effectsByGid(paid);
  const found = new Map<string, string[]>();
  for (const order of orders) {
    const gid = String(order.gid);
    const problem = problemOf(order, statuses.get(gid), stock.get(gid) ?? new Map(), money.get(gid) ?? new Map());
    if (problem !== null) found.set(problem, [...(found.get(problem) ?? []), gid]);
  }
  return [...found].map(([problem, gids]) => `${problem}: ${gids.length} orders, such as ${gids.slice(0, mostShown).join(' ')}`);
}

function effectsByGid(rows: readonly Row[]): ReadonlyMap<string, Effects> {
  const byGid = new Map<string, Map<string, number>>();
  for (const { gid, op, n } of rows) {
    const effects = byGid.get(String(gid)) ?? new Map<string, number>();
    effects.set(String(op), Number(n));
    byGid.set(String(gid), effects);
  }
  return byGid;
}

function problemOf(order: Row, status: string | undefined, stock: Effects, money: Effects): string | null {
  const mode = order.mode === 'tcc' ? 'tcc' : 'saga';
  const lines = JSON.parse(String(order.order_lines)) as readonly { readonly quantity: number }[];
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  switch (status) {
    case 'committed':
      if (order.status !== 'confirmed') return `committed, but the order is ${String(order.status)}`;
      if (!isExactly(stock, whole[mode].committed, units)) return `committed, but the inventory did ${describe(stock)}`;
      if (!isExactly(money, whole[mode].committed, Number(order.amount))) return `committed, but the payment did ${describe(money)}`;
      return null;
    case 'aborted':
      if (order.status !== 'refused') return `aborted, but the order is ${String(order.status)}`;
      if (stock.size > 0 && !isExactly(stock, whole[mode].aborted, units)) return `aborted, but the inventory did ${describe(stock)}`;
      if (money.size > 0 && !isExactly(money, whole[mode].aborted, Number(order.amount)))
        return `aborted, but the payment did ${describe(money)}`;
      return null;
    default:
      return `an order without an ended transaction (${status ?? 'none at all'})`;
  }
}

function isExactly(effects: Effects, ops: string, amount: number): boolean {
  const expected = ops.split(' ');
  return effects.size === expected.length && expected.every((op) => effects.get(op) === amount);
}

function describe(effects: Effects): string {
  return effects.size === 0 ? 'nothing' : [...effects.keys()].sort().join(' and ');
}
