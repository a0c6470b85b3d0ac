/** The shelf over HTTP: look at it, and stock a new SKU. */
import { Problem, readInput } from '@assent/service';
import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { z } from 'zod';
import { skuText } from '../contracts/index.js';
import { StockItem } from './stock-item.entity.js';

const NewItem = z.strictObject({ available: z.number().int().min(0).max(1_000_000_000) });

const Page = z.object({
  /** The last SKU of the page before. */
  after: skuText.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

@Controller()
export class StockController {
  constructor(@InjectRepository(StockItem) private readonly items: Repository<StockItem>) {}

  @Get('stock')
  list(@Query() query: unknown): Promise<StockItem[]> {
    const { after, limit } = readInput(Page, query);
    return this.items.find({ where: after === undefined ? {} : { sku: MoreThan(after) }, order: { sku: 'ASC' }, take: limit });
  }

  @Get('stock/:sku')
  async show(@Param('sku') sku: string): Promise<StockItem> {
    const item = await this.items.findOneBy({ sku });
    if (item === null) throw new Problem(404, 'unknown_sku', `There is no SKU "${sku}". Stock it by PUT /stock/${sku}.`);
    return item;
  }

  /** Creates only: a SKU that is there keeps its numbers, so that seeding twice changes nothing. */
  @Put('stock/:sku')
  async stockUp(@Param('sku') name: string, @Body() body: unknown): Promise<StockItem> {
    const sku = readInput(skuText, name);
    const { available } = readInput(NewItem, body);
    await this.items.createQueryBuilder().insert().values({ sku, available, reserved: 0, sold: 0 }).orIgnore().execute();
    return this.items.findOneByOrFail({ sku });
  }

  /** All SKUs together, in one snapshot, for whoever checks that nothing was lost. */
  @Get('totals')
  async totals(): Promise<Record<'available' | 'reserved' | 'sold', number>> {
    const sums = await this.items
      .createQueryBuilder('item')
      .select('SUM(item.available)', 'available')
      .addSelect('SUM(item.reserved)', 'reserved')
      .addSelect('SUM(item.sold)', 'sold')
      .getRawOne<Record<'available' | 'reserved' | 'sold', unknown>>();
    return { available: Number(sums?.available), reserved: Number(sums?.reserved), sold: Number(sums?.sold) };
  }
}
