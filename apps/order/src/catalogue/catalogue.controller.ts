/** The catalogue over HTTP. */
import { readInput } from '@assent/service';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { z } from 'zod';
import { skuText } from '../orders/place-order.js';
import { Product } from './product.entity.js';

const Price = z.strictObject({ price: z.number().int().min(1).max(1_000_000_000) });

const longestList = 1_000;

@Controller('products')
export class CatalogueController {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  @Get()
  list(): Promise<Product[]> {
    return this.products.find({ order: { sku: 'ASC' }, take: longestList });
  }

  /** Adds a product, or changes its price; orders placed before keep theirs. */
  @Put(':sku')
  async setPrice(@Param('sku') name: string, @Body() body: unknown): Promise<Product> {
    const sku = readInput(skuText, name);
    const { price } = readInput(Price, body);
    await this.products.upsert({ sku, price }, ['sku']);
    return this.products.findOneByOrFail({ sku });
  }
}
