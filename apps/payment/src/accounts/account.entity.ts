/** One account. All amounts are integer minor units (cents); neither place can fall below zero. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('account')
export class Account {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id: string;

  /** What the owner may spend. */
  @Column({ type: 'integer' })
  balance: number;

  /** Promised to transactions that are not decided yet. */
  @Column({ type: 'integer' })
  frozen: number;
}
