/** Looks at how everything ended: each order's transaction, and the totals in the services' own databases. */
import { AssentClient, type AssentClientOptions } from '@assent/client';
import type { TransactionView } from '@assent/protocol';
import type { DrivenOrder } from './drive/index.js';
import { type CheckedTotal, checkMoney, checkStock, type Outcome } from './report/index.js';
import { type Shop, seededUnits } from './shop/index.js';

export interface Verdict {
  readonly outcomes: readonly Outcome[];
  /** The transactions of the orders, in their order. */
  readonly transactions: readonly TransactionView[];
  readonly totals: readonly CheckedTotal[];
  /** Orders that say something else than their transaction; one line each. */
  readonly contradictions: readonly string[];
  /** True when everything is final, nothing contradicts, and all totals hold. */
  readonly holds: boolean;
}

const FINAL_WITHIN_MS = 60_000;

/** Waits until the transactions are final, at most a minute each, and judges. */
export async function reachVerdict(
  orders: readonly DrivenOrder[],
  coordinator: Pick<AssentClientOptions, 'baseUrl' | 'key'>,
  shop: Shop,
): Promise<Verdict> {
  const client = new AssentClient(coordinator);
  try {
    const transactions = await Promise.all(orders.map(({ order }) => client.wait(order.gid, 'final', FINAL_WITHIN_MS)));
    const { opened, ...money } = await shop.moneyTotals();
    const totals = [checkStock(seededUnits, await shop.stockTotals()), checkMoney(opened, money)];
    const contradictions = orders.flatMap((order, n) => contradictionOf(order, transactions[n]));
    const outcomes = orders.map(({ request }, n) => outcomeOf(request.mode, transactions[n]));
    const holds = contradictions.length === 0 && totals.every((total) => total.holds) && outcomes.every(({ status }) => status !== 'open');
    return { outcomes, transactions, totals, contradictions, holds };
  } finally {
    await client.close();
  }
}

function outcomeOf(mode: Outcome['mode'], transaction: TransactionView | undefined): Outcome {
  const status = transaction?.status;
  if (status === 'committed') return { mode, status };
  if (status !== 'aborted') return { mode, status: 'open' };
  return { mode, status, reason: transaction?.decision?.reason?.code ?? 'unknown' };
}

function contradictionOf({ request, order }: DrivenOrder, transaction: TransactionView | undefined): readonly string[] {
  const expected = transaction?.status === 'committed' ? 'confirmed' : 'refused';
  if (order.status === expected) return [];
  return [`order ${request.key} is ${order.status}, but its transaction ${order.gid} is ${transaction?.status ?? 'unknown'}`];
}
