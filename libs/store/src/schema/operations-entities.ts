/** The tables of operators' work as TypeORM entities; conventions as in `entities.ts`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from './transformers.js';

/** A request that may be repeated: what it was, and how it was answered. */
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  @PrimaryColumn('varchar') principal: string;
  @PrimaryColumn('varchar') name: string;
  /** SHA-256 of the request, 64 hex digits. */
  @Column('varchar') hash: string;
  /** The id under which the audit tells of what the request did. */
  @Column('varchar') deed: string;
  /** JSON; `null`: it has not been answered yet. */
  @Column('text', { nullable: true }) answer: string | null;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
}

@Entity('policy_retirement')
export class PolicyRetirementEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('varchar', { name: 'retired_by' }) retiredBy: string;
  @Column('varchar') reason: string;
  @Column('bigint', { name: 'retired_at', transformer: wholeNumber }) retiredAtMs: number;
}

@Entity('bulk_job')
export class BulkJobEntity {
  @PrimaryColumn('varchar') id: string;
  @Column('varchar') action: string;
  /** What was asked for, as JSON. */
  @Column('text') request: string;
  @Column('varchar') reason: string;
  @Column('varchar') principal: string;
  @Column('varchar') role: string;
  @Column('varchar') state: 'collecting' | 'canary' | 'running' | 'stopped' | 'finished' | 'forgotten';
  /** Why it was stopped; empty otherwise. */
  @Column('varchar') cause: string;
  @Column('integer', { name: 'per_second' }) perSecond: number;
  @Column('integer') total: number;
  /** How far it has collected; `null`: from the beginning. */
  @Column('varchar', { nullable: true }) position: string | null;
  /** The place of the last item that is tried before the others; `null`: it has not found everything yet. */
  @Column('integer', { name: 'canary_end', nullable: true }) canaryEnd: number | null;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
  /** When it finished or was stopped; `null` before. */
  @Column('bigint', { name: 'finished_at', nullable: true, transformer: wholeNumber }) finishedAtMs: number | null;
}

@Entity('bulk_job_item')
export class BulkJobItemEntity {
  @PrimaryColumn('varchar') job: string;
  @PrimaryColumn('integer') place: number;
  @Column('varchar') gid: string;
  /** The id under which the audit tells of it. */
  @Column('varchar') deed: string;
  @Column('varchar') state: 'pending' | 'done' | 'repeated' | 'recorded' | 'failed';
  @Column('varchar') code: string;
  @Column('varchar') detail: string;
  @Column('bigint', { name: 'at', nullable: true, transformer: wholeNumber }) atMs: number | null;
}

/** How far a pass over all transactions has come. */
@Entity('housekeeping')
export class HousekeepingEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('bigint', { name: 'at', transformer: wholeNumber }) atMs: number;
  @Column('varchar') gid: string;
}

/** A transaction that the emptying pass came by before it had been over for long enough. */
@Entity('late_end')
export class LateEndEntity {
  @PrimaryColumn('varchar') gid: string;
}

export const operationsEntities = [
  IdempotencyKeyEntity,
  PolicyRetirementEntity,
  BulkJobEntity,
  BulkJobItemEntity,
  HousekeepingEntity,
  LateEndEntity,
];
