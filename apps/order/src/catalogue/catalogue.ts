/** Prices an order by the catalogue of this service. */
import { Problem } from '@assent/service';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import type { PlaceOrder } from '../orders/place-order.js';
import { Product } from './product.entity.js';

/** The most that the payment service moves at once, in minor units. */
const greatestAmount = 1_000_000_000_000;

@Injectable()
export class Catalogue {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  /**
   * The order's amount in minor units. Throws a `Problem` when a product is unknown (`unknown_product`), when a line expects another price
   * than the catalogue's (`price_changed`), or when the sum is beyond what can be paid (`amount_too_large`).
   */
  async amountOf(lines: PlaceOrder['lines']): Promise<number> {
    const products = await this.products.findBy({ sku: In(lines.map(({ sku }) => sku)) });
    const prices = new Map(products.map(({ sku, price }) => [sku, price]));
    let amount = 0;
    for (const [index, line] of lines.entries()) amount += line.quantity * priceOf(line, prices.get(line.sku), index);
    if (amount > greatestAmount) throw new Problem(422, 'amount_too_large', 'The order costs more than can be paid at once: split it.');
    return amount;
  }
}

function priceOf(line: PlaceOrder['lines'][number], price: number | undefined, index: number): number {
  if (price === undefined) {
    const detail = `The catalogue has no "${line.sku}": see GET /products.`;
    throw new Problem(422, 'unknown_product', detail, { pointer: `/lines/${index}/sku` });
  }
  if (line.price !== undefined && line.price !== price) {
    const detail = `"${line.sku}" costs ${price}, not ${line.price}: look at the new price and order again.`;
    throw new Problem(409, 'price_changed', detail, { pointer: `/lines/${index}/price` });
  }
  return price;
}
