/**
 * Everything that is taken away by time: transactions, the oldest part of the audit with its links, jobs with their items, answers kept by
 * their keys. In small batches.
 */
import type { AuditRow } from '@assent/engine';
import type { DataSource } from 'typeorm';
import { foreseeAudit, inTransaction, purgeAudit, recordAudit } from '../administration/index.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { type ForgottenJobs, JobRetention } from './job-retention.js';
import { type Pass, type Purged, Retention, type RetentionTimes } from './retention.js';

export interface HousekeepingTimes extends RetentionTimes {
  /** `null`: the audit is kept for ever. */
  readonly keepAuditMs: number | null;
  /** Jobs that have finished or were stopped are kept for so long. */
  readonly keepJobsMs: number;
}

/** How long an answer is kept under its `Idempotency-Key`: a day, in milliseconds. */
const KEEP_ANSWERS_MS = 86_400_000;

export class Housekeeping {
  private readonly retention: Retention;

  constructor(
    private readonly dataSource: DataSource,
    readonly times: HousekeepingTimes,
  ) {
    this.retention = new Retention(dataSource, times);
  }

  /** Tells the audit who asked for a round. */
  recordAsked(row: AuditRow): Promise<void> {
    return inTransaction(this.dataSource, (manager) => recordAudit(manager, row));
  }

  /** One batch; see `Retention`. */
  purge(pass: Pass, limit: number): Promise<Purged> {
    return this.retention.purge(pass, limit);
  }

  /** What the next batch would come to. Changes nothing. */
  foresee(pass: Pass, limit: number): Promise<Purged> {
    return this.retention.foresee(pass, limit);
  }

  /** The oldest rows of the audit that are too old; returns how many went. */
  async purgeAudit(nowMs: number, limit: number): Promise<number> {
    const { keepAuditMs } = this.times;
    return keepAuditMs === null ? 0 : purgeAudit(this.dataSource, { beforeMs: nowMs - keepAuditMs, limit });
  }

  /** How many rows of the audit are too old, at most `limit`. Changes nothing. */
  async foreseeAudit(nowMs: number, limit: number): Promise<number> {
    const { keepAuditMs } = this.times;
    return keepAuditMs === null ? 0 : foreseeAudit(this.dataSource, { beforeMs: nowMs - keepAuditMs, limit });
  }

  /** Part of the oldest job that has been over for too long, of at most `limit` rows; see `JobRetention`. */
  forgetJobs(nowMs: number, limit: number): Promise<ForgottenJobs> {
    return new JobRetention(this.dataSource).forget(nowMs - this.times.keepJobsMs, limit);
  }

  /** How many jobs have been over for too long, at most `limit`. Changes nothing. */
  foreseeJobs(nowMs: number, limit: number): Promise<number> {
    return new JobRetention(this.dataSource).countOld(nowMs - this.times.keepJobsMs, limit);
  }

  /** Answers of before yesterday; returns how many. */
  forgetAnswers(nowMs: number, limit: number): Promise<number> {
    return new IdempotencyKeys(this.dataSource).forget(nowMs - KEEP_ANSWERS_MS, limit);
  }
}
