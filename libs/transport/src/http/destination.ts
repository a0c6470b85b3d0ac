/**
 * Everything on its way to one participant: its lanes, which are its concurrency limit, and the calls that wait for one, first come first
 * served. Lanes are made when they are needed and used again last-in first-out, so that in quiet times few connections stay warm.
 */
import type { LookupFunction } from 'node:net';
import { unknown } from '../outcomes/index.js';
import { Fifo } from '../queue/index.js';
import type { Target } from './connection.js';
import { Delivery, type DeliveryTerms, type Order } from './delivery.js';
import { Lane } from './lane.js';

export interface DestinationOptions {
  readonly target: Target;
  readonly lookup: LookupFunction;
  readonly concurrency: number;
  /** Calls beyond it end as unknown `queue_full`; the engine's own limits are reached long before. */
  readonly maxQueued: number;
}

export class Destination {
  readonly #options: DestinationOptions;
  readonly #terms: DeliveryTerms;
  readonly #waiting = new Fifo<Order>();
  readonly #idle: Lane[] = [];
  /** What every lane carries. Lanes are never removed: a table that V8 replaced would keep each finished delivery alive for long. */
  readonly #deliveries = new Map<Lane, Delivery | null>();
  readonly #emptied: (() => void)[] = [];
  #inFlight = 0;
  #closing = false;
  #pumping = false;

  constructor(options: DestinationOptions, terms: DeliveryTerms) {
    this.#options = options;
    this.#terms = terms;
  }

  /** Calls in the air and calls that wait. */
  get load(): { readonly inFlight: number; readonly queued: number } {
    return { inFlight: this.#inFlight, queued: this.#waiting.length };
  }

  submit(order: Order): void {
    if (this.#closing) endUnsent(order, 'shutting_down', 'this node is closing its connections');
    else if (this.#waiting.length >= this.#options.maxQueued)
      endUnsent(order, 'queue_full', `${this.#waiting.length} calls wait for this participant`);
    else {
      this.#waiting.push(order);
      this.#pump();
    }
  }

  /** Sends nothing new; resolves when nothing is in the air. What waits ends as unknown `shutting_down`. */
  drain(): Promise<void> {
    this.#closing = true;
    for (let order = this.#waiting.shift(); order !== undefined; order = this.#waiting.shift()) {
      endUnsent(order, 'shutting_down', 'this node is closing its connections');
    }
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Ends what is still in the air and closes all connections. */
  destroy(): void {
    this.#closing = true;
    for (const delivery of [...this.#deliveries.values()])
      delivery?.abandon('shutting_down', 'this node closed the connection before the answer came');
    for (const lane of this.#idle) lane.drop();
    this.#idle.length = 0;
  }

  /** A loop, not a recursion: thousands of withdrawn calls end within one turn. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#waiting.length > 0) {
        const lane = this.#freeLane();
        if (lane === null) break;
        this.#deliver(this.#waiting.shift() as Order, lane);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #freeLane(): Lane | null {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#deliveries.size >= this.#options.concurrency) return null;
    return new Lane(this.#options.target, this.#options.lookup);
  }

  #deliver(order: Order, lane: Lane): void {
    const delivery = new Delivery(order, lane, this.#terms, () => {
      this.#deliveries.set(lane, null);
      this.#inFlight -= 1;
      this.#idle.push(lane);
      if (!this.#pumping) {
        this.#pump();
        if (this.#deliveries.get(lane) === null) lane.rest();
      }
      if (this.#inFlight === 0) for (const resolve of this.#emptied.splice(0)) resolve();
    });
    this.#deliveries.set(lane, delivery);
    this.#inFlight += 1;
    delivery.start();
  }
}

function endUnsent(order: Order, code: string, message: string): void {
  order.end({ kind: 'ended', outcome: unknown(code, message), durationMs: 0 });
}
