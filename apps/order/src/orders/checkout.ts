/** Carries an order out as one global transaction over inventory and payment, by TCC or as a saga. */
import {
  AssentClient,
  AssentError,
  AssentRequestError,
  AssentUnavailableError,
  type TransactionResult,
  type Waiting,
} from '@assent/client';
import { Injectable, Logger } from '@nestjs/common';
import type { ShopContracts } from '../shop-contracts.js';
import type { Order } from './order.entity.js';
import { type OrderOutcome, outcomeOf, refused } from './order-status.js';

/** Refusals of a begin that mean that there is, or was, a transaction of this gid: the order's outcome is then not known from here. */
const saysNothing = new Set(['gid_conflict', 'gid_expired']);

@Injectable()
export class Checkout {
  private readonly logger = new Logger(Checkout.name);

  constructor(private readonly assent: AssentClient<ShopContracts>) {}

  /**
   * Begins the order's transaction, or joins it if it had begun: the gid and the content are those that were kept, so this may be called as
   * often as anybody likes. Returns the outcome, or `null` when it is not known yet.
   */
  async carryOut(order: Order, waiting: Waiting): Promise<OrderOutcome | null> {
    try {
      const transaction = await (order.mode === 'tcc' ? this.byTcc(order, waiting) : this.bySaga(order, waiting));
      return outcomeOf(transaction);
    } catch (error) {
      if (error instanceof AssentUnavailableError) return null;
      if (!(error instanceof AssentRequestError)) throw error;
      this.logger.error(`order ${order.id}: the coordinator refuses transaction ${order.gid}: ${error.message}`);
      return saysNothing.has(error.code) ? null : this.afterRefusal(order, refused(error.code, error.detail));
    }
  }

  /**
   * A begin that is refused now may have been accepted before, in an attempt whose answer was lost: then the transaction tells, not the refusal.
   * Only when the coordinator says that there is none can there never be an effect.
   */
  private async afterRefusal(order: Order, refusal: OrderOutcome): Promise<OrderOutcome | null> {
    try {
      const begun = await this.assent.get(order.gid);
      return begun === null ? refusal : outcomeOf(begun);
    } catch (error) {
      if (error instanceof AssentError) return null;
      throw error;
    }
  }

  private byTcc(order: Order, waiting: Waiting): Promise<TransactionResult<unknown>> {
    return this.assent
      .tcc('checkout', { gid: order.gid, key: order.id, policy: 'standard' })
      .branch('inventory.reserve', { lines: order.lines })
      .branch('payment.freeze', { account: order.account, amount: order.amount })
      .run(waiting);
  }

  private bySaga(order: Order, waiting: Waiting): Promise<TransactionResult<unknown>> {
    return this.assent
      .saga('checkout', { gid: order.gid, key: order.id, policy: 'standard' })
      .step('inventory.deduct', { lines: order.lines })
      .step('payment.charge', { account: order.account, amount: order.amount })
      .run(waiting);
  }
}
