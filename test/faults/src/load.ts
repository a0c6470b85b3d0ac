/** Customers: each places its order until the order service has taken it, under one idempotency key, however often that takes. */
import { Pool } from 'undici';

export interface OrderRequest {
  readonly key: string;
  readonly mode: 'tcc' | 'saga';
  readonly account: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

export interface LoadResult {
  readonly orders: number;
  readonly tookMs: number;
  /** Placings that had to be repeated, because the answer was lost or said that nothing was known. */
  readonly repeats: number;
  readonly refusals: Readonly<Record<string, number>>;
}

const placeWithinMs = 180_000;
const betweenRepeatsMs = 200;

/** Places `orders`, `inFlight` at a time. Throws when one of them is not taken within three minutes, or is answered in no known way. */
export async function placeOrders(orderUrl: string, orders: readonly OrderRequest[], inFlight: number): Promise<LoadResult> {
  const pool = new Pool(orderUrl, { connections: inFlight, headersTimeout: 70_000, bodyTimeout: 70_000 });
  const refusals: Record<string, number> = {};
  let next = 0;
  let repeats = 0;
  const startedAt = performance.now();
  const customer = async () => {
    for (let order = orders[next++]; order !== undefined; order = orders[next++]) {
      const placed = await placeUntilTaken(pool, order);
      repeats += placed.repeats;
      if (placed.refusal !== null) refusals[placed.refusal] = (refusals[placed.refusal] ?? 0) + 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(inFlight, orders.length) }, customer));
  } finally {
    await pool.destroy();
  }
  return { orders: orders.length, tookMs: performance.now() - startedAt, repeats, refusals };
}

async function placeUntilTaken(pool: Pool, order: OrderRequest): Promise<{ readonly repeats: number; readonly refusal: string | null }> {
  const deadline = performance.now() + placeWithinMs;
  let last = '';
  for (let repeats = 0; performance.now() < deadline; repeats += 1) {
    const answer = await place(pool, order);
    if (answer.kind === 'taken') return { repeats, refusal: answer.refusal };
    last = answer.why;
    await new Promise((resolve) => setTimeout(resolve, betweenRepeatsMs));
  }
  throw new Error(`order ${order.key} was not taken within ${placeWithinMs / 1_000} s: ${last}`);
}

type Answer = { readonly kind: 'taken'; readonly refusal: string | null } | { readonly kind: 'again'; readonly why: string };

async function place(pool: Pool, { key, ...order }: OrderRequest): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  let statusCode: number;
  let text: string;
  try {
    const answer = await pool.request({ method: 'POST', path: '/orders', headers, body: JSON.stringify(order) });
    statusCode = answer.statusCode;
    text = await answer.body.text();
  } catch (error) {
    return { kind: 'again', why: String(error) };
  }
  if (statusCode === 201 || statusCode === 202) return { kind: 'taken', refusal: null };
  if (statusCode >= 500 || statusCode === 429) return { kind: 'again', why: `${statusCode} ${text.slice(0, 300)}` };
  const body = JSON.parse(text) as { code?: string; order?: unknown };
  if (statusCode === 409 && body.order !== undefined) return { kind: 'taken', refusal: body.code ?? 'refused' };
  throw new Error(`order ${key} was answered ${statusCode}: ${text.slice(0, 500)}`);
}
