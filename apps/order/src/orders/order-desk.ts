/** Takes orders: keeps each before its transaction begins, and has it carried out. */
import { Injectable } from '@nestjs/common';
import { Catalogue } from '../catalogue/catalogue.js';
import { Checkout } from './checkout.js';
import type { Order } from './order.entity.js';
import { Orders } from './orders.js';
import type { PlaceOrder } from './place-order.js';

@Injectable()
export class OrderDesk {
  /** Orders somebody waits for in this process: they need no looking after. */
  private readonly inHand = new Set<string>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly orders: Orders,
    private readonly checkout: Checkout,
  ) {}

  /** The order with its outcome, or still `placed` when that did not come within `waitMs`. Repeating it with the same key is safe. */
  async place(idempotencyKey: string, wanted: PlaceOrder, waitMs: number): Promise<Order> {
    const order = await this.orders.keep(idempotencyKey, wanted, () => this.catalogue.amountOf(wanted.lines));
    if (order.status !== 'placed') return order;
    this.inHand.add(order.id);
    try {
      return await this.carryOut(order, waitMs);
    } finally {
      this.inHand.delete(order.id);
    }
  }

  /** Drives an order on that nobody waits for; what became of it is kept. */
  async lookAfter(order: Order): Promise<void> {
    await this.orders.touch(order);
    if (this.inHand.has(order.id)) return;
    await this.carryOut(order, 0);
  }

  private async carryOut(order: Order, waitMs: number): Promise<Order> {
    const outcome = await this.checkout.carryOut(order, waitMs > 0 ? { wait: 'decided', timeoutMs: waitMs } : {});
    return outcome === null ? order : this.orders.end(order, outcome);
  }
}
