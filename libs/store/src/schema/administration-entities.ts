/** The tables of administration as TypeORM entities; conventions as in `entities.ts`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from './transformers.js';

@Entity('api_key')
export class ApiKeyEntity {
  @PrimaryColumn('varchar') id: string;
  @Column('varchar') principal: string;
  @Column('varchar') role: 'service' | 'viewer' | 'operator' | 'admin';
  /** SHA-256 of the whole key, 64 hex digits: 256 random bits need no slow hash. */
  @Column('varchar') hash: string;
  @Column('varchar', { name: 'created_by' }) createdBy: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
  @Column('bigint', { name: 'expires_at', nullable: true, transformer: wholeNumber }) expiresAtMs: number | null;
  @Column('varchar', { name: 'revoked_by', nullable: true }) revokedBy: string | null;
  @Column('bigint', { name: 'revoked_at', nullable: true, transformer: wholeNumber }) revokedAtMs: number | null;
}

/** Secrets that all nodes of one database share. */
@Entity('shared_secret')
export class SharedSecretEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('varchar') value: string;
}

/** Work that one node does for all: whoever holds the row, until the time in it. */
@Entity('duty')
export class DutyEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('varchar') holder: string;
  @Column('bigint', { name: 'until', transformer: wholeNumber }) untilMs: number;
}

/** Rows of the audit that the chain has not taken up yet. */
@Entity('audit_unchained')
export class AuditUnchainedEntity {
  @PrimaryColumn('varchar') id: string;
}

@Entity('audit_chain')
export class AuditChainEntity {
  @PrimaryColumn('bigint', { transformer: wholeNumber }) seq: number;
  @Column('varchar', { name: 'audit_id' }) auditId: string;
  @Column('varchar') hash: string;
}

@Entity('approval_rule')
export class ApprovalRuleEntity {
  @PrimaryColumn('varchar') action: string;
  /** The role of who asks. */
  @PrimaryColumn('varchar') role: string;
  @Column('bigint', { name: 'ttl_ms', transformer: wholeNumber }) ttlMs: number;
  @Column('varchar', { name: 'created_by' }) createdBy: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
}

@Entity('approval_request')
export class ApprovalRequestEntity {
  @PrimaryColumn('varchar') id: string;
  @Column('varchar') gid: string;
  @Column('varchar') action: string;
  /** What was asked for, as JSON. */
  @Column('text') request: string;
  /** What it would have done when it was asked for, as JSON. */
  @Column('text') preview: string;
  @Column('varchar') reason: string;
  @Column('varchar', { name: 'requested_by' }) requestedBy: string;
  @Column('varchar', { name: 'requester_role' }) requesterRole: string;
  @Column('bigint', { name: 'requested_at', transformer: wholeNumber }) requestedAtMs: number;
  @Column('bigint', { name: 'expires_at', transformer: wholeNumber }) expiresAtMs: number;
  @Column('varchar') state: 'pending' | 'approved' | 'rejected' | 'expired';
  @Column('varchar', { name: 'decided_by', nullable: true }) decidedBy: string | null;
  @Column('varchar', { nullable: true }) comment: string | null;
  @Column('bigint', { name: 'decided_at', nullable: true, transformer: wholeNumber }) decidedAtMs: number | null;
  /** What carrying it out answered, as JSON; `null` before, and where it was not carried out. */
  @Column('text', { nullable: true }) outcome: string | null;
}

@Entity('escalation_rule')
export class EscalationRuleEntity {
  @PrimaryColumn('varchar') name: string;
  @Column('varchar') kind: 'parked' | 'stuck' | 'breaker_open' | 'mixed';
  @Column('bigint', { name: 'age_ms', transformer: wholeNumber }) ageMs: number;
  @Column('varchar') severity: 'info' | 'warning' | 'critical';
  @Column('varchar') url: string;
  /** Where it goes as well once nobody has acknowledged it for `escalateMs`; `null`: nowhere else. */
  @Column('varchar', { name: 'escalation_url', nullable: true }) escalationUrl: string | null;
  @Column('varchar', { name: 'signing_key' }) signingKey: string;
  @Column('bigint', { name: 'repeat_ms', transformer: wholeNumber }) repeatMs: number;
  @Column('bigint', { name: 'escalate_ms', transformer: wholeNumber }) escalateMs: number;
  @Column('boolean') enabled: boolean;
  @Column('varchar', { name: 'created_by' }) createdBy: string;
  @Column('bigint', { name: 'created_at', transformer: wholeNumber }) createdAtMs: number;
}

@Entity('escalation_alert')
export class EscalationAlertEntity {
  @PrimaryColumn('varchar') id: string;
  /** `rule/subject` while the alert is not resolved, else `null`: at most one alert of a kind is open. */
  @Column('varchar', { name: 'open_key', nullable: true }) openKey: string | null;
  @Column('varchar') rule: string;
  /** A gid, or the name of a participant. */
  @Column('varchar') subject: string;
  @Column('varchar') severity: EscalationRuleEntity['severity'];
  @Column('varchar') state: 'open' | 'acknowledged' | 'resolved';
  @Column('boolean') escalated: boolean;
  @Column('integer') deliveries: number;
  @Column('varchar') detail: string;
  @Column('bigint', { name: 'opened_at', transformer: wholeNumber }) openedAtMs: number;
  /** When the next webhook is due; `null`: none is. */
  @Column('bigint', { name: 'next_at', nullable: true, transformer: wholeNumber }) nextAtMs: number | null;
  @Column('varchar', { name: 'acknowledged_by', nullable: true }) acknowledgedBy: string | null;
  @Column('bigint', { name: 'acknowledged_at', nullable: true, transformer: wholeNumber }) acknowledgedAtMs: number | null;
  @Column('varchar', { nullable: true }) comment: string | null;
  @Column('bigint', { name: 'resolved_at', nullable: true, transformer: wholeNumber }) resolvedAtMs: number | null;
}

@Entity('escalation_delivery')
export class EscalationDeliveryEntity {
  @PrimaryColumn('varchar') id: string;
  /** The alert; `test` for a test call. */
  @Column('varchar') alert: string;
  @Column('varchar') rule: string;
  @Column('varchar') url: string;
  @Column('bigint', { name: 'at', transformer: wholeNumber }) atMs: number;
  @Column('bigint', { name: 'duration_ms', transformer: wholeNumber }) durationMs: number;
  @Column('integer') attempt: number;
  /** HTTP status; `null`: there was no answer, and `problem` says why. */
  @Column('integer', { nullable: true }) status: number | null;
  @Column('varchar') problem: string;
}

export const administrationEntities = [
  ApiKeyEntity,
  SharedSecretEntity,
  DutyEntity,
  AuditUnchainedEntity,
  AuditChainEntity,
  ApprovalRuleEntity,
  ApprovalRequestEntity,
  EscalationRuleEntity,
  EscalationAlertEntity,
  EscalationDeliveryEntity,
];
