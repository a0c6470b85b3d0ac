/**
 * What must be true when the dust has settled, read from the databases: every transaction final, none mixed, stock and money conserved, nothing
 * left reserved or frozen, and the orders agree with the transactions that carried them out.
 */
import mysql from 'mysql2/promise';
import { request } from 'undici';
import type { ShopStack } from './stack/shop-stack.js';
import { readSqlite } from './stack/sqlite-reader.js';

export interface Audit {
  /** Sentences, one for each thing that is not as it must be. */
  readonly violations: readonly string[];
  readonly committed: number;
  readonly aborted: number;
  /** From the end of the faults until the last transaction was final. */
  readonly convergedAfterMs: number;
}

export interface Expected {
  readonly orders: number;
  readonly units: number;
  readonly money: number;
}

const lookEveryMs = 250;

/** Waits until every transaction is final (at most `withinMs`), then checks. */
export async function audit(stack: ShopStack, expected: Expected, withinMs: number): Promise<Audit> {
  const violations: string[] = [];
  const startedAt = performance.now();
  let counts = await countByStatus(stack);
  while (unfinished(counts) > 0 && performance.now() - startedAt < withinMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    counts = await countByStatus(stack);
  }
  const convergedAfterMs = performance.now() - startedAt;
  if (unfinished(counts) > 0) violations.push(`not final after ${withinMs / 1_000} s: ${JSON.stringify(counts)}`);
  await ordersSettled(stack, violations);
  violations.push(...(await checkTotals(stack, expected)));
  const [committed, aborted] = [counts.committed ?? 0, counts.aborted ?? 0];
  if (committed + aborted !== expected.orders)
    violations.push(`${expected.orders} orders, but ${committed} committed and ${aborted} aborted`);
  if ((counts.mixed ?? 0) > 0) violations.push(`${counts.mixed} transactions ended mixed`);
  return { violations, committed, aborted, convergedAfterMs };
}

function unfinished(counts: Readonly<Record<string, number>>): number {
  return (counts.active ?? 0) + (counts.committing ?? 0) + (counts.aborting ?? 0);
}

/** How many transactions stand in each status, and how many are mixed. */
export async function countByStatus(stack: ShopStack): Promise<Record<string, number>> {
  const rows = await readCoordinator(stack, 'SELECT status, mixed, COUNT(*) AS n FROM global_transaction GROUP BY status, mixed');
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

/** Orders follow their transactions within the order service's own reconciliation; each confirmed one paid for what was sold. */
async function ordersSettled(stack: ShopStack, violations: string[]): Promise<void> {
  const deadline = performance.now() + 60_000;
  let open = 1;
  while (open > 0 && performance.now() < deadline) {
    const placed = (await getJson(`${stack.order.baseUrl}/orders?status=placed&limit=1`)) as unknown[];
    open = placed.length;
    if (open > 0) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  if (open > 0) violations.push('an order is still without an outcome a minute after its transaction ended');
}

/** Runs a query on the coordinator's database, past the proxy. */
export async function readCoordinator(stack: ShopStack, sql: string): Promise<readonly Record<string, unknown>[]> {
  if (stack.mariadb === null) return readSqlite(`${stack.home}/coordinator.sqlite`, sql);
  const connection = await mysql.createConnection({ uri: `${stack.mariadb.url}/assent` });
  try {
    const [rows] = await connection.query(sql);
    return rows as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}

async function getJson(url: string): Promise<unknown> {
  const { statusCode, body } = await request(url);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
