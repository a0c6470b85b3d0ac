/** The orders as they are kept in the service's own database. */
import { newGid } from '@assent/client';
import { LocalTransactions } from '@assent/participant';
import { changedRows, Problem } from '@assent/service';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type FindOptionsWhere, LessThan } from 'typeorm';
import { Order } from './order.entity.js';
import type { OrderOutcome, OrderStatus } from './order-status.js';
import { contentHashOf, type PlaceOrder } from './place-order.js';

@Injectable()
export class Orders {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Keeps a new order, or returns the one kept before under the same key. Throws a `Problem` when that one was another order.
   */
  async keep(idempotencyKey: string, wanted: PlaceOrder, amountOf: () => Promise<number>): Promise<Order> {
    const contentHash = contentHashOf(wanted);
    const present = await this.ofKey(idempotencyKey, contentHash);
    if (present !== null) return present;
    const nowMs = Date.now();
    const order: Order = {
      id: newGid(),
      gid: newGid(),
      idempotencyKey,
      contentHash,
      mode: wanted.mode,
      status: 'placed',
      account: wanted.account,
      amount: await amountOf(),
      lines: wanted.lines.map(({ sku, quantity }) => ({ sku, quantity })),
      refusalCode: null,
      refusalMessage: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    try {
      await this.transactions.run((manager) => manager.insert(Order, order));
      return order;
    } catch (error) {
      // Two requests with one key at the same moment: the first one's order counts.
      const first = await this.ofKey(idempotencyKey, contentHash);
      if (first === null) throw error;
      return first;
    }
  }

  find(id: string): Promise<Order | null> {
    return this.dataSource.manager.findOneBy(Order, { id });
  }

  /** The newest first; `before`: the last id of the page before. */
  list(status: OrderStatus | undefined, before: string | undefined, limit: number): Promise<Order[]> {
    const where: FindOptionsWhere<Order> = {
      ...(status !== undefined && { status }),
      ...(before !== undefined && { id: LessThan(before) }),
    };
    return this.dataSource.manager.find(Order, { where, order: { id: 'DESC' }, take: limit });
  }

  /** Orders without an outcome that nobody looked after since then, the longest neglected first. */
  neglectedSince(sinceMs: number, limit: number): Promise<Order[]> {
    const where: FindOptionsWhere<Order> = { status: 'placed', updatedAtMs: LessThan(sinceMs) };
    return this.dataSource.manager.find(Order, { where, order: { updatedAtMs: 'ASC' }, take: limit });
  }

  /** Notes that an order was looked after, so that others get their turn. */
  async touch(order: Order): Promise<void> {
    await this.transactions.run((manager) => changedRows(manager, touchOrder, [Date.now(), order.id]));
  }

  /** Ends an order; one that has ended stays as it is. Returns it as it is kept. */
  async end(order: Order, outcome: OrderOutcome): Promise<Order> {
    const [refusalCode, refusalMessage] = outcome.status === 'refused' ? [outcome.code, outcome.message] : [null, null];
    const updatedAtMs = Date.now();
    const values = [outcome.status, refusalCode, refusalMessage, updatedAtMs, order.id];
    const ended = await this.transactions.run((manager) => changedRows(manager, endOrder, values));
    if (ended === 1) return { ...order, status: outcome.status, refusalCode, refusalMessage, updatedAtMs };
    return this.dataSource.manager.findOneByOrFail(Order, { id: order.id });
  }

  /** Ends the order of a transaction inside a local transaction of the caller; one that has ended stays as it is. */
  async endOfTransaction(manager: EntityManager, gid: string, outcome: OrderOutcome): Promise<void> {
    const [refusalCode, refusalMessage] = outcome.status === 'refused' ? [outcome.code, outcome.message] : [null, null];
    await changedRows(manager, endOfTransaction, [outcome.status, refusalCode, refusalMessage, Date.now(), gid]);
  }

  private get transactions(): LocalTransactions {
    return LocalTransactions.of(this.dataSource);
  }

  private async ofKey(idempotencyKey: string, contentHash: string): Promise<Order | null> {
    const order = await this.dataSource.manager.findOneBy(Order, { idempotencyKey });
    if (order === null || order.contentHash === contentHash) return order;
    const detail = 'Another order was placed under this Idempotency-Key: use a new key for a new order.';
    throw new Problem(422, 'idempotency_key_reused', detail);
  }
}

const touchOrder = `UPDATE customer_order SET updated_at = ? WHERE id = ? AND status = 'placed'`;

/** The guard makes the outcome final: of two that end an order, one matches. */
const endOrder = `UPDATE customer_order SET status = ?, refusal_code = ?, refusal_message = ?, updated_at = ? WHERE id = ? AND status = 'placed'`;

const endOfTransaction = `UPDATE customer_order SET status = ?, refusal_code = ?, refusal_message = ?, updated_at = ? WHERE gid = ? AND status = 'placed'`;
