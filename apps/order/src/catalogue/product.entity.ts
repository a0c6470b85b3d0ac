/** What the shop sells, and for how much. How many there are is the inventory's business. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('product')
export class Product {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  /** Minor units (cents). */
  @Column({ type: 'integer' })
  price: number;
}
