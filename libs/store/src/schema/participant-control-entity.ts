/** The table `participant_control` as a TypeORM entity; conventions as in `entities.ts`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from './transformers.js';

@Entity('participant_control')
export class ParticipantControlEntity {
  @PrimaryColumn('varchar') name: string;
  /** Counts the orders. */
  @Column('integer') version: number;
  @Column('varchar', { name: 'paused_by', nullable: true }) pausedBy: string | null;
  @Column('varchar', { name: 'pause_reason', nullable: true }) pauseReason: string | null;
  /** `null`: calls are sent. */
  @Column('bigint', { name: 'paused_at', nullable: true, transformer: wholeNumber }) pausedAtMs: number | null;
  @Column('integer') resets: number;
  @Column('integer') wakes: number;
  @Column('bigint', { name: 'woken_at', transformer: wholeNumber }) wokenAtMs: number;
}
