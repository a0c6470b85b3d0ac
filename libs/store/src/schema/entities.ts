/**
 * The tables as TypeORM entities, for what is not hot: administration, reports, the registry of participants. The exact columns are the
 * migrations'; a test compares the two. Nothing here is ever synchronized. Numbers of 63 bits are strings, times are milliseconds.
 */
import type { NodeRow } from '@assent/engine';
import type { Attention, Policy, Status } from '@assent/protocol';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { administrationEntities } from './administration-entities.js';
import { operationsEntities } from './operations-entities.js';
import { ParticipantControlEntity } from './participant-control-entity.js';
import { RegistryAnnouncementEntity, RegistryClaimEntity, RegistryInstanceEntity } from './registry-entities.js';
import { wholeNumber } from './transformers.js';

@Entity('global_transaction')
export class GlobalTransactionEntity {
  @PrimaryColumn('varchar') gid: string;
  @Column('varchar') status: Status;
  @Column('varchar') pattern: string;
  @Column('boolean') mixed: boolean;
  @Column('boolean') paused: boolean;
  @Column('bigint', { nullable: true }) owner: string | null;
  @Column('bigint', { name: 'due_at', nullable: true, transformer: wholeNumber }) dueAtMs: number | null;
  @Column('integer') version: number;
  @Column('bigint') flush: string;
  @Column('varchar') name: string;
  @Column('varchar', { name: 'business_key', nullable: true }) businessKey: string | null;
  @Column('varchar', { name: 'created_by' }) createdBy: string;
  @Column('blob', { name: 'content_hash' }) contentHash: Buffer;
  @Column('text') definition: string;
  @Column('text') progress: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
  @Column('bigint', { name: 'finished_at', nullable: true, transformer: wholeNumber }) finishedAtMs: number | null;
}

@Entity('coordinator_node')
export class CoordinatorNodeEntity {
  @PrimaryColumn('bigint') incarnation: string;
  @Column('varchar') name: string;
  @Column('varchar') state: NodeRow['state'];
  @Column('bigint', { transformer: wholeNumber }) flushes: number;
  @Column('bigint', { name: 'started_at', transformer: wholeNumber }) startedAtMs: number;
  @Column('bigint', { name: 'seen_at', transformer: wholeNumber }) seenAtMs: number;
}

@Entity('command')
export class CommandEntity {
  @PrimaryColumn('varchar') id: string;
  @Column('varchar') gid: string;
  @Column('varchar') kind: string;
  @Column('text') body: string;
  @Column('varchar') principal: string;
  @Column('varchar') reason: string;
}

@Entity('attention')
export class AttentionEntity {
  @PrimaryColumn('varchar') gid: string;
  @PrimaryColumn('varchar') branch: string;
  @PrimaryColumn('varchar') kind: Attention['kind'];
  @Column('varchar') code: string;
  @Column('varchar') participant: string;
  @Column('bigint', { name: 'since', transformer: wholeNumber }) sinceMs: number;
}

@Entity('attempt_log')
export class AttemptLogEntity {
  @PrimaryColumn('varchar') gid: string;
  @PrimaryColumn('bigint') flush: string;
  @PrimaryColumn('integer') place: number;
  @Column('varchar') branch: string;
  @Column('varchar') op: string;
  @Column('integer') attempt: number;
  @Column('bigint', { name: 'started_at', transformer: wholeNumber }) startedAtMs: number;
  @Column('bigint', { name: 'duration_ms', transformer: wholeNumber }) durationMs: number;
  @Column('varchar') outcome: string;
  @Column('varchar') code: string;
  @Column('varchar') message: string;
}

@Entity('retry_policy')
export class RetryPolicyEntity implements Policy {
  @PrimaryColumn('varchar') name: string;
  @PrimaryColumn('integer') version: number;
  @Column('bigint', { name: 'deadline_ms', nullable: true, transformer: wholeNumber }) deadlineMs: number | null;
  @Column('bigint', { name: 'forward_timeout_ms', transformer: wholeNumber }) forwardTimeoutMs: number;
  @Column('bigint', { name: 'end_timeout_ms', transformer: wholeNumber }) endTimeoutMs: number;
  @Column('bigint', { name: 'first_interval_ms', transformer: wholeNumber }) firstIntervalMs: number;
  @Column('float') multiplier: number;
  @Column('bigint', { name: 'cap_ms', transformer: wholeNumber }) capMs: number;
  @Column('float') jitter: number;
  @Column('integer', { name: 'forward_attempts' }) forwardAttempts: number;
  @Column('integer', { name: 'end_attempts' }) endAttempts: number;
  @Column('varchar', { name: 'on_exhausted' }) onExhausted: Policy['onExhausted'];
  @Column('bigint', { name: 'poll_interval_ms', transformer: wholeNumber }) pollIntervalMs: number;
  @Column('bigint', { name: 'max_pending_ms', transformer: wholeNumber }) maxPendingMs: number;
  @Column('varchar', { name: 'created_by', select: false }) createdBy: string;
}

@Entity('participant')
export class ParticipantEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('varchar', { name: 'base_url' }) baseUrl: string;
  /** `null`: the key is kept elsewhere. */
  @Column('varchar', { name: 'signing_key', nullable: true }) signingKey: string | null;
  @Column('integer') concurrency: number;
}

@Entity('outbox')
export class OutboxEntity {
  @PrimaryColumn('varchar') gid: string;
  @PrimaryColumn('integer') version: number;
  @Column('bigint') incarnation: string;
  @Column('varchar') name: string;
  @Column('varchar') status: Status;
  @Column('text') body: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
}

/** An event that the broker does not take, or one behind it. */
@Entity('outbox_refused')
export class RefusedEventEntity {
  @PrimaryColumn('varchar') gid: string;
  @PrimaryColumn('integer') version: number;
  @Column('varchar') name: string;
  @Column('varchar') status: Status;
  @Column('text') body: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
  /** What the broker said. */
  @Column('varchar') cause: string;
  @Column('bigint', { name: 'tried_at', transformer: wholeNumber }) triedAtMs: number;
}

@Entity('audit_log')
export class AuditLogEntity {
  @PrimaryColumn('varchar') id: string;
  @Column('varchar') gid: string;
  @Column('bigint', { name: 'at', transformer: wholeNumber }) atMs: number;
  @Column('varchar') principal: string;
  @Column('varchar') action: string;
  @Column('varchar') reason: string;
  @Column('text') detail: string;
}

export const entities = [
  GlobalTransactionEntity,
  CoordinatorNodeEntity,
  CommandEntity,
  AttentionEntity,
  AttemptLogEntity,
  RetryPolicyEntity,
  ParticipantEntity,
  ParticipantControlEntity,
  RegistryAnnouncementEntity,
  RegistryClaimEntity,
  RegistryInstanceEntity,
  OutboxEntity,
  RefusedEventEntity,
  AuditLogEntity,
  ...administrationEntities,
  ...operationsEntities,
];
