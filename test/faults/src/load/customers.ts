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
/** Longer than the order service waits for an outcome, with thousands before it in the queue. */
const patientMs = 70_000;

/** Places `orders`, `inFlight` at a time. Throws when one of them is not taken within three minutes, or is answered in no known way. */
export async function placeOrders(orderUrl: string, orders: readonly OrderRequest[], inFlight: number): Promise<LoadResult> {
  const customers = new Customers(orderUrl, (index) => orders[index] ?? null);
  customers.start(Math.min(inFlight, orders.length));
  return customers.done();
}

/** Customers who come one after the other for as long as there is something to order. */
export class Customers {
  private readonly pool: Pool;
  private readonly refusals: Record<string, number> = {};
  private working: Promise<unknown> = Promise.resolve();
  private next = 0;
  private repeats = 0;
  private isClosing = false;
  private startedAt = 0;

  /** `orderOf(index)`: the order to place next, or `null` when there is no more. `answerWithinMs`: then they ask again. */
  constructor(
    orderUrl: string,
    private readonly orderOf: (index: number) => OrderRequest | null,
    answerWithinMs = patientMs,
  ) {
    this.pool = new Pool(orderUrl, { connections: 5_000, headersTimeout: answerWithinMs, bodyTimeout: answerWithinMs });
  }

  /** Orders that somebody has begun to place. */
  get begun(): number {
    return this.next;
  }

  start(inFlight: number): void {
    this.startedAt = performance.now();
    this.working = Promise.all(Array.from({ length: inFlight }, () => this.customer()));
    // Whoever awaits `done` hears of it; until then nobody has to.
    this.working.catch(() => undefined);
  }

  /** No customer comes any more; those who are there stay until their order is taken. */
  close(): void {
    this.isClosing = true;
  }

  /** Resolves when every order that was begun is taken. Throws when one is not within three minutes, or is answered in no known way. */
  async done(): Promise<LoadResult> {
    try {
      await this.working;
    } finally {
      await this.pool.destroy();
    }
    return { orders: this.next, tookMs: performance.now() - this.startedAt, repeats: this.repeats, refusals: this.refusals };
  }

  private async customer(): Promise<void> {
    while (!this.isClosing) {
      const order = this.orderOf(this.next);
      if (order === null) return;
      this.next += 1;
      const placed = await placeUntilTaken(this.pool, order);
      this.repeats += placed.repeats;
      if (placed.refusal !== null) this.refusals[placed.refusal] = (this.refusals[placed.refusal] ?? 0) + 1;
    }
  }
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
