/** How an order's transaction stands, as its events have told. */
import { Problem } from '@assent/service';
import { Controller, Get, Param } from '@nestjs/common';
import { Orders } from '../orders/orders.js';
import { OrderProgress, type Progress } from './order-progress.js';

export interface ProgressView extends Omit<Progress, 'toldAtMs'> {
  readonly toldAt: string;
}

@Controller('orders')
export class ProgressController {
  constructor(
    private readonly orders: Orders,
    private readonly progress: OrderProgress,
  ) {}

  @Get(':id/progress')
  async show(@Param('id') id: string): Promise<ProgressView> {
    const order = await this.orders.find(id);
    if (order === null) throw new Problem(404, 'unknown_order', `There is no order "${id}".`);
    const progress = await this.progress.of(order.gid);
    if (progress === null) throw new Problem(404, 'nothing_told', `No event of order "${id}" has come yet.`);
    const { toldAtMs, ...told } = progress;
    return { ...told, toldAt: new Date(toldAtMs).toISOString() };
  }
}
