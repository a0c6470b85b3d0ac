/** Everything on its way to one participant over NATS: as many calls in the air as it bears, and those that wait, first come first served. */
import { unknown } from '../outcomes/index.js';
import { Fifo } from '../queue/index.js';
import { Delivery, type DeliveryTerms, type Order } from './delivery.js';

export interface ChannelOptions {
  readonly concurrency: number;
  /** Calls beyond it end as unknown `queue_full`; the engine's own limits are reached long before. */
  readonly maxQueued: number;
}

export class Channel {
  readonly #options: ChannelOptions;
  readonly #terms: DeliveryTerms;
  readonly #waiting = new Fifo<Order>();
  readonly #deliveries = new Set<Delivery>();
  readonly #emptied: (() => void)[] = [];
  #closing = false;
  #pumping = false;

  constructor(options: ChannelOptions, terms: DeliveryTerms) {
    this.#options = options;
    this.#terms = terms;
  }

  /** Calls in the air and calls that wait. */
  get load(): { readonly inFlight: number; readonly queued: number } {
    return { inFlight: this.#deliveries.size, queued: this.#waiting.length };
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
    if (this.#deliveries.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Ends what is still in the air. */
  destroy(): void {
    this.#closing = true;
    for (const delivery of [...this.#deliveries]) delivery.abandon('shutting_down', 'this node left NATS before the answer came');
  }

  /** A loop, not a recursion: thousands of withdrawn calls end within one turn. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#waiting.length > 0 && this.#deliveries.size < this.#options.concurrency) this.#deliver(this.#waiting.shift() as Order);
    } finally {
      this.#pumping = false;
    }
  }

  #deliver(order: Order): void {
    const delivery = new Delivery(order, this.#terms, () => {
      this.#deliveries.delete(delivery);
      this.#pump();
      if (this.#deliveries.size === 0) for (const resolve of this.#emptied.splice(0)) resolve();
    });
    this.#deliveries.add(delivery);
    delivery.start();
  }
}

function endUnsent(order: Order, code: string, message: string): void {
  order.end({ kind: 'ended', outcome: unknown(code, message), durationMs: 0 });
}
