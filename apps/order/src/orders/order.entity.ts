/** An order as it is kept. Written before its transaction begins, so that no crash can lose one. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrderStatus } from './order-status.js';

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
}

@Entity('customer_order')
export class Order {
  /** A UUIDv7, so that ids sort by time. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id: string;

  /** The global transaction that carries it out. */
  @Column({ type: 'varchar', length: 64 })
  gid: string;

  @Column({ name: 'idempotency_key', type: 'varchar', length: 128 })
  idempotencyKey: string;

  @Column({ name: 'content_hash', type: 'varchar', length: 64 })
  contentHash: string;

  @Column({ type: 'varchar', length: 8 })
  mode: 'tcc' | 'saga';

  @Column({ type: 'varchar', length: 16 })
  status: OrderStatus;

  @Column({ type: 'varchar', length: 64 })
  account: string;

  /** Minor units (cents). */
  @Column({ type: 'integer' })
  amount: number;

  @Column({ name: 'order_lines', type: 'simple-json' })
  lines: OrderLine[];

  @Column({ name: 'refusal_code', type: 'varchar', length: 64, nullable: true })
  refusalCode: string | null;

  @Column({ name: 'refusal_message', type: 'varchar', length: 1024, nullable: true })
  refusalMessage: string | null;

  /** Milliseconds since the epoch. */
  @Column({ name: 'created_at', type: 'integer' })
  createdAtMs: number;

  /** When it last changed or was last looked after; milliseconds since the epoch. */
  @Column({ name: 'updated_at', type: 'integer' })
  updatedAtMs: number;
}
