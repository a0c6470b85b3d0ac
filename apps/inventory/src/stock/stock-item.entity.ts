/** One SKU. Every unit is in exactly one of the three places, and none of them can fall below zero. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('stock')
export class StockItem {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  sku: string;

  @Column({ type: 'integer' })
  available: number;

  /** Promised to transactions that are not decided yet. */
  @Column({ type: 'integer' })
  reserved: number;

  @Column({ type: 'integer' })
  sold: number;
}
