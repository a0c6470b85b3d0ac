/** The tables of escalation: rules, alerts, and what was sent. Every move of an alert is guarded by the state it was read in. */
import { type DataSource, type EntityManager, In, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { EscalationAlertEntity, EscalationDeliveryEntity, EscalationRuleEntity } from '../schema/index.js';
import { inTransaction } from './in-transaction.js';
import { isDuplicate } from './refusals.js';
import { takeTurn } from './turns.js';

export type EscalationRule = EscalationRuleEntity;
export type EscalationAlert = EscalationAlertEntity;
export type EscalationDelivery = EscalationDeliveryEntity;

export const MOST_ESCALATION_RULES = 100;
/** Deliveries kept for each alert, and for the test calls of each rule. */
const MOST_DELIVERIES = 100;

export class EscalationTables {
  constructor(private readonly dataSource: DataSource) {}

  /** By name. */
  rules(): Promise<readonly EscalationRule[]> {
    return this.dataSource.getRepository(EscalationRuleEntity).find({ order: { name: 'ASC' }, take: MOST_ESCALATION_RULES });
  }

  rule(name: string): Promise<EscalationRule | null> {
    return this.dataSource.getRepository(EscalationRuleEntity).findOneBy({ name });
  }

  /** Puts a rule in the place of one of the same name; `make` is given that one, or `null`. `null` when there are too many already. */
  async putRule(
    manager: EntityManager,
    name: string,
    make: (before: EscalationRule | null) => EscalationRule,
  ): Promise<EscalationRule | null> {
    await takeTurn(manager, 'escalation-rules');
    const rule = make(await manager.findOneBy(EscalationRuleEntity, { name }));
    await manager.delete(EscalationRuleEntity, { name });
    if ((await manager.count(EscalationRuleEntity)) >= MOST_ESCALATION_RULES) return null;
    await manager.insert(EscalationRuleEntity, rule);
    return rule;
  }

  async dropRule(manager: EntityManager, name: string): Promise<boolean> {
    const { affected } = await manager.delete(EscalationRuleEntity, { name });
    return affected === 1;
  }

  alert(id: string): Promise<EscalationAlert | null> {
    return this.dataSource.getRepository(EscalationAlertEntity).findOneBy({ id });
  }

  /** Oldest first, after the id given. Index: primary. */
  alerts(state: EscalationAlert['state'] | null, afterId: string, limit: number): Promise<readonly EscalationAlert[]> {
    const where = { id: MoreThan(afterId), ...(state !== null && { state }) };
    return this.dataSource.getRepository(EscalationAlertEntity).find({ where, order: { id: 'ASC' }, take: limit });
  }

  /** Alerts that are not resolved. Index: (state, opened_at). */
  unresolved(rule: string, limit: number): Promise<readonly EscalationAlert[]> {
    const where = { rule, state: In(['open', 'acknowledged']) };
    return this.dataSource.getRepository(EscalationAlertEntity).find({ where, order: { openedAtMs: 'ASC' }, take: limit });
  }

  /** False when one of the same rule and subject is open already: at another node, or since the last look. Index: (open_key), unique. */
  async open(alert: EscalationAlert): Promise<boolean> {
    try {
      await inTransaction(this.dataSource, (manager) => manager.insert(EscalationAlertEntity, alert));
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Nothing more is said but that it is over, and that only where something had been said. */
  async resolve({ id, deliveries }: EscalationAlert, atMs: number): Promise<void> {
    const change = { state: 'resolved', openKey: null, resolvedAtMs: atMs, nextAtMs: deliveries > 0 ? atMs : null } as const;
    await inTransaction(this.dataSource, (manager) => manager.update(EscalationAlertEntity, { id, state: Not('resolved') }, change));
  }

  /** Every alert of a rule that is no more: nobody is told anything. */
  async resolveAll(manager: EntityManager, rule: string, atMs: number): Promise<void> {
    const change = { state: 'resolved', openKey: null, resolvedAtMs: atMs, nextAtMs: null } as const;
    await manager.update(EscalationAlertEntity, { rule, state: Not('resolved') }, change);
  }

  /** False when it was not open any more. */
  async acknowledge(manager: EntityManager, id: string, by: string, comment: string, atMs: number): Promise<boolean> {
    const change = { state: 'acknowledged', nextAtMs: null, acknowledgedBy: by, acknowledgedAtMs: atMs, comment } as const;
    const { affected } = await manager.update(EscalationAlertEntity, { id, state: 'open' }, change);
    return affected === 1;
  }

  /**
   * Alerts with a webhook due, those that nobody was told of before those that are repeated: what a receiver does not take comes back every half minute and
   * would be before them for ever. Index: (next_at).
   */
  due(nowMs: number, limit: number): Promise<readonly EscalationAlert[]> {
    const where = { nextAtMs: LessThanOrEqual(nowMs) };
    return this.dataSource.getRepository(EscalationAlertEntity).find({ where, order: { deliveries: 'ASC', nextAtMs: 'ASC' }, take: limit });
  }

  /**
   * Claims the webhook that is due: of two nodes one matches. The next one is due before this one is sent, so a node that dies in between delays a
   * message and loses none.
   */
  async claim(alert: EscalationAlert, change: { readonly nextAtMs: number | null; readonly escalated: boolean }): Promise<boolean> {
    const { id, nextAtMs, deliveries } = alert;
    const guard = { id, deliveries, ...(nextAtMs !== null && { nextAtMs }) };
    const claimed = { ...change, deliveries: deliveries + 1 };
    const moved = await inTransaction(this.dataSource, (manager) => manager.update(EscalationAlertEntity, guard, claimed));
    return moved.affected === 1;
  }

  /** Moves the next webhook of an alert whose state has not changed since. */
  async postpone({ id, state }: EscalationAlert, nextAtMs: number | null): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.update(EscalationAlertEntity, { id, state }, { nextAtMs }));
  }

  /** Keeps what was sent, the newest hundred of each alert. */
  async delivered(delivery: EscalationDelivery): Promise<void> {
    const { alert, rule } = delivery;
    const page = { order: { atMs: 'DESC', id: 'DESC' }, skip: MOST_DELIVERIES, take: MOST_DELIVERIES } as const;
    await inTransaction(this.dataSource, async (manager) => {
      await manager.insert(EscalationDeliveryEntity, delivery);
      const old = await manager.find(EscalationDeliveryEntity, { where: { alert, rule }, ...page });
      if (old.length > 0) await manager.delete(EscalationDeliveryEntity, { id: In(old.map(({ id }) => id)) });
    });
  }

  /**
   * Takes away alerts that were resolved before `beforeMs`, with what was sent for them. One that had been open for longer than that, and is over only now,
   * still has to be told of. Index: (state, opened_at).
   */
  async forget(beforeMs: number, limit: number): Promise<void> {
    const where = { state: 'resolved', openedAtMs: LessThanOrEqual(beforeMs), resolvedAtMs: LessThanOrEqual(beforeMs) } as const;
    const old = await this.dataSource.getRepository(EscalationAlertEntity).find({ select: { id: true }, where, take: limit });
    if (old.length === 0) return;
    const ids = old.map(({ id }) => id);
    await inTransaction(this.dataSource, async (manager) => {
      await manager.delete(EscalationDeliveryEntity, { alert: In(ids) });
      await manager.delete(EscalationAlertEntity, { id: In(ids) });
    });
  }

  /** Newest first. Index: (alert, at), or (rule, at). */
  deliveries(of: { readonly alert: string } | { readonly rule: string }, limit: number): Promise<readonly EscalationDelivery[]> {
    return this.dataSource.getRepository(EscalationDeliveryEntity).find({ where: of, order: { atMs: 'DESC', id: 'DESC' }, take: limit });
  }
}
