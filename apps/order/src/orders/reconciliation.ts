/**
 * Finds orders whose outcome nobody waited for: the service crashed, the coordinator was away, the wait ran out. At boot all of them, later
 * those that were neglected for a while.
 */
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OrderDesk } from './order-desk.js';
import { Orders } from './orders.js';

/** How many are read at a time, and how many of them are driven at once: an outage must not be followed by a storm. */
const batchSize = 200;
const atOnce = 8;

export class ReconciliationInterval {
  constructor(readonly intervalMs: number) {}
}

@Injectable()
export class Reconciliation implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciliation.name);
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private ending = false;

  constructor(
    private readonly orders: Orders,
    private readonly desk: OrderDesk,
    private readonly settings: ReconciliationInterval,
  ) {}

  onApplicationBootstrap(): void {
    this.start(Date.now());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.round;
  }

  private start(sinceMs: number): void {
    this.round = this.lookAfterAll(sinceMs).catch((error: unknown) => {
      this.logger.warn(`orders without an outcome could not be looked after: ${error instanceof Error ? error.message : String(error)}`);
    });
    void this.round.then(() => this.rest());
  }

  private rest(): void {
    if (this.ending) return;
    this.timer = setTimeout(() => this.start(Date.now() - this.settings.intervalMs), this.settings.intervalMs);
  }

  /** Batch after batch: each order that is looked after is noted as such, so that the next batch holds others. */
  private async lookAfterAll(sinceMs: number): Promise<void> {
    for (;;) {
      const neglected = await this.orders.neglectedSince(sinceMs, batchSize);
      const mayBeMore = neglected.length === batchSize;
      const worker = async () => {
        for (let order = neglected.shift(); order !== undefined && !this.ending; order = neglected.shift()) {
          await this.desk.lookAfter(order);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      if (!mayBeMore || this.ending) return;
    }
  }
}
