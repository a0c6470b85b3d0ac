/**
 * What must be true when the dust has settled, read from the databases: every transaction final, none mixed or parked, stock and money
 * conserved, nothing left reserved or frozen, and every order's books agree with its transaction.
 */
import { request } from 'undici';
import type { ShopStack } from '../stack/index.js';
import { checkBooks } from './books.js';

export interface Audit {
  /** Sentences, one for each thing that is not as it must be. */
  readonly violations: readonly string[];
  readonly committed: number;
  readonly aborted: number;
  /** Branches that only a person can move. */
  readonly parked: number;
  /** From the end of the faults until the last transaction was final. */
  readonly convergedAfterMs: number;
}

/** What was in the shop at the beginning. */
export interface Holdings {
  readonly units: number;
  /** In minor units. */
  readonly money: number;
}

export interface Expected extends Holdings {
  readonly orders: number;
}

const lookEveryMs = 250;

/** Waits until every transaction is final and every order knows it (at most `withinMs`), then checks. */
export async function audit(stack: ShopStack, expected: Expected, withinMs: number): Promise<Audit> {
  const violations: string[] = [];
  const startedAt = performance.now();
  let left = await whatIsLeft(stack);
  while (left !== null && performance.now() - startedAt < withinMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    left = await whatIsLeft(stack);
  }
  const convergedAfterMs = performance.now() - startedAt;
  if (left !== null) violations.push(`after ${withinMs / 1_000} s ${left}`);
  const counts = await countByStatus(stack);
  violations.push(...(await checkTotals(stack, expected)));
  violations.push(...(await checkBooks(stack)));
  const [committed, aborted] = [counts.committed ?? 0, counts.aborted ?? 0];
  if (committed + aborted !== expected.orders)
    violations.push(`${expected.orders} orders, but ${committed} committed and ${aborted} aborted`);
  if ((counts.mixed ?? 0) > 0) violations.push(`${counts.mixed} transactions ended mixed`);
  const [row] = await stack.read('coordinator', `SELECT COUNT(*) AS n FROM attention WHERE kind = 'parked'`);
  const parked = Number(row?.n);
  if (parked > 0) violations.push(`${parked} branches are parked: a person would have to intervene`);
  return { violations, committed, aborted, parked, convergedAfterMs };
}

/** What is not final yet, in words; `null` when everything is. An order may begin its transaction late: reconciliation sees to that. */
async function whatIsLeft(stack: ShopStack): Promise<string | null> {
  const counts = await countByStatus(stack);
  if (unfinished(counts) > 0) return `there are transactions that are not final: ${JSON.stringify(counts)}`;
  const [row] = await stack.read('order', `SELECT COUNT(*) AS n FROM customer_order WHERE status = 'placed'`);
  return Number(row?.n) > 0 ? `${String(row?.n)} orders do not know their outcome` : null;
}

function unfinished(counts: Readonly<Record<string, number>>): number {
  return (counts.active ?? 0) + (counts.committing ?? 0) + (counts.aborting ?? 0);
}

/** How many transactions stand in each status, and how many are mixed. */
async function countByStatus(stack: ShopStack): Promise<Record<string, number>> {
  const rows = await stack.read('coordinator', 'SELECT status, mixed, COUNT(*) AS n FROM global_transaction GROUP BY status, mixed');
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const status = String(row.status);
    counts[status] = (counts[status] ?? 0) + Number(row.n);
    if (Number(row.mixed) === 1) counts.mixed = (counts.mixed ?? 0) + Number(row.n);
  }
  return counts;
}

async function checkTotals(stack: ShopStack, expected: Expected): Promise<string[]> {
  const violations: string[] = [];
  const stock = (await getJson(`${stack.inventory.baseUrl}/totals`)) as { available: number; reserved: number; sold: number };
  const money = (await getJson(`${stack.payment.baseUrl}/totals`)) as {
    wallets: number;
    frozen: number;
    earned: number;
    ledger: number;
  };
  if (stock.available + stock.reserved + stock.sold !== expected.units) violations.push(`stock is off: ${JSON.stringify(stock)}`);
  if (stock.reserved !== 0) violations.push(`${stock.reserved} units are still reserved`);
  if (stock.available < 0) violations.push('stock is negative');
  if (money.wallets + money.frozen + money.earned !== expected.money) violations.push(`money is off: ${JSON.stringify(money)}`);
  if (money.frozen !== 0) violations.push(`${money.frozen} is still frozen`);
  if (money.ledger !== 0) violations.push(`the ledger sums to ${money.ledger}`);
  return violations;
}

async function getJson(url: string): Promise<unknown> {
  const { statusCode, body } = await request(url);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
