/** The tables of approvals: the rules that demand a second person, and what waits for one. */
import { type DataSource, type EntityManager, In, LessThan, MoreThan, MoreThanOrEqual } from 'typeorm';
import { ApprovalRequestEntity, ApprovalRuleEntity } from '../schema/index.js';
import { inTransaction } from './in-transaction.js';
import { takeTurn } from './turns.js';

export type ApprovalRequest = ApprovalRequestEntity;
export type ApprovalRule = ApprovalRuleEntity;

export interface ApprovalDecision {
  readonly state: 'approved' | 'rejected' | 'expired';
  readonly decidedBy: string;
  readonly comment: string;
  readonly decidedAtMs: number;
}

/** Overdue requests of one look. */
const MOST_OVERDUE = 100;

export class ApprovalTable {
  constructor(private readonly dataSource: DataSource) {}

  /** All rules: one for each pair of action and role at most. */
  rules(): Promise<readonly ApprovalRule[]> {
    return this.dataSource.getRepository(ApprovalRuleEntity).find({ order: { action: 'ASC', role: 'ASC' }, take: 1_000 });
  }

  /** Of the rules for these actions the one with the shortest time, or `null`. Index: primary. */
  async shortestRule(actions: readonly string[], role: string): Promise<ApprovalRule | null> {
    const rules = await this.dataSource.getRepository(ApprovalRuleEntity).find({ where: { action: In([...actions]), role } });
    return rules.toSorted((a, b) => a.ttlMs - b.ttlMs)[0] ?? null;
  }

  async putRule(manager: EntityManager, rule: ApprovalRule): Promise<void> {
    await takeTurn(manager, 'approval-rules');
    await manager.delete(ApprovalRuleEntity, { action: rule.action, role: rule.role });
    await manager.insert(ApprovalRuleEntity, rule);
  }

  async dropRule(manager: EntityManager, action: string, role: string): Promise<boolean> {
    const { affected } = await manager.delete(ApprovalRuleEntity, { action, role });
    return affected === 1;
  }

  /** Index: (state, requested_at). */
  countPending(manager: EntityManager): Promise<number> {
    return manager.countBy(ApprovalRequestEntity, { state: 'pending' });
  }

  async insert(manager: EntityManager, request: ApprovalRequest): Promise<void> {
    await manager.insert(ApprovalRequestEntity, request);
  }

  find(id: string): Promise<ApprovalRequest | null> {
    return this.dataSource.getRepository(ApprovalRequestEntity).findOneBy({ id });
  }

  /** Oldest first, after the id given. Index: primary. */
  list(state: ApprovalRequest['state'] | null, afterId: string, limit: number): Promise<readonly ApprovalRequest[]> {
    const where = { id: MoreThan(afterId), ...(state !== null && { state }) };
    return this.dataSource.getRepository(ApprovalRequestEntity).find({ where, order: { id: 'ASC' }, take: limit });
  }

  /** Pending ones whose time is over. Index: (state, requested_at). */
  overdue(nowMs: number): Promise<readonly ApprovalRequest[]> {
    const where = { state: 'pending', expiresAtMs: LessThan(nowMs) } as const;
    return this.dataSource.getRepository(ApprovalRequestEntity).find({ where, take: MOST_OVERDUE });
  }

  /** Moves a request out of `pending`; false when it was not pending any more, or is overdue: then it can only expire. */
  async decide(manager: EntityManager, id: string, decision: ApprovalDecision): Promise<boolean> {
    const inTime = decision.state === 'expired' ? {} : { expiresAtMs: MoreThanOrEqual(decision.decidedAtMs) };
    const { affected } = await manager.update(ApprovalRequestEntity, { id, state: 'pending', ...inTime }, { ...decision });
    return affected === 1;
  }

  async keepOutcome(id: string, outcome: string): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.update(ApprovalRequestEntity, { id }, { outcome }));
  }

  /** Takes away decided requests that were made before `beforeMs`; the audit still tells of them. Index: (state, requested_at). */
  async forget(beforeMs: number): Promise<void> {
    const where = { state: In(['approved', 'rejected', 'expired']), requestedAtMs: LessThan(beforeMs) };
    const old = await this.dataSource.getRepository(ApprovalRequestEntity).find({ select: { id: true }, where, take: MOST_OVERDUE });
    if (old.length === 0) return;
    await inTransaction(this.dataSource, (manager) => manager.delete(ApprovalRequestEntity, { id: In(old.map(({ id }) => id)) }));
  }
}
