/** Orders over HTTP. */
import { Problem, readInput } from '@assent/service';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Order } from './order.entity.js';
import { OrderDesk } from './order-desk.js';
import type { OrderStatus } from './order-status.js';
import { Orders } from './orders.js';
import { PlaceOrder, readIdempotencyKey } from './place-order.js';

/** An order as callers see it. */
export interface OrderView {
  readonly id: string;
  readonly gid: string;
  readonly mode: 'tcc' | 'saga';
  readonly status: OrderStatus;
  readonly account: string;
  readonly amount: number;
  readonly lines: Order['lines'];
  /** Why it was refused. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const Page = z.object({
  status: z.enum(['placed', 'confirmed', 'refused']).optional(),
  /** The last id of the page before. */
  before: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export class OrderWait {
  constructor(readonly waitMs: number) {}
}

@Controller('orders')
export class OrderController {
  constructor(
    private readonly desk: OrderDesk,
    private readonly orders: Orders,
    private readonly settings: OrderWait,
  ) {}

  /**
   * 201: confirmed. 409: refused; `code` is the refusing service's. 202: not decided yet; the order is kept and its outcome will be found at
   * `Location`.
   */
  @Post()
  @HttpCode(201)
  async place(
    @Headers('idempotency-key') key: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const idempotencyKey = readIdempotencyKey(key);
    const order = await this.desk.place(idempotencyKey, readInput(PlaceOrder, body), this.settings.waitMs);
    reply.header('location', `/orders/${order.id}`);
    if (order.status === 'refused') {
      const code = order.refusalCode ?? 'refused';
      throw new Problem(409, code, order.refusalMessage || 'The order was refused.', { order: toView(order) });
    }
    if (order.status === 'placed') reply.status(202);
    return toView(order);
  }

  @Get()
  async list(@Query() query: unknown): Promise<OrderView[]> {
    const { status, before, limit } = readInput(Page, query);
    return (await this.orders.list(status, before, limit)).map(toView);
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<OrderView> {
    const order = await this.orders.find(id);
    if (order === null) throw new Problem(404, 'unknown_order', `There is no order "${id}".`);
    return toView(order);
  }
}

function toView(order: Order): OrderView {
  const { id, gid, mode, status, account, amount, lines, refusalCode, refusalMessage } = order;
  return {
    id,
    gid,
    mode,
    status,
    account,
    amount,
    lines,
    refusal: refusalCode === null ? null : { code: refusalCode, message: refusalMessage ?? '' },
    createdAt: new Date(order.createdAtMs).toISOString(),
    updatedAt: new Date(order.updatedAtMs).toISOString(),
  };
}
