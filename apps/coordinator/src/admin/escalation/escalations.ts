/** Escalation as people administer it: rules, alerts, what was sent, a test call. Each change is one database transaction with its row of the audit. */
import {
  type EscalationAlert,
  type EscalationDelivery,
  type EscalationRule,
  EscalationTables,
  inTransaction,
  MOST_ESCALATION_RULES,
  recordAudit,
} from '@assent/store';
import { makeParticipantKey, type WebhookSender } from '@assent/transport';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ApiError } from '../../errors/index.js';
import { testMessageOf } from './message.js';
import { problemIn } from './problem.js';

/** A rule as it is asked for: a signing key is made where none is given. */
export type AskedRule = Omit<EscalationRule, 'signingKey' | 'createdBy' | 'createdAtMs'> & { readonly signingKey: string | null };

/** The alert that stands in the log for test calls. */
const TEST = 'test';

export class Escalations {
  private readonly tables: EscalationTables;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sender: WebhookSender,
    private readonly nowMs: () => number,
  ) {
    this.tables = new EscalationTables(dataSource);
  }

  rules(): Promise<readonly EscalationRule[]> {
    return this.tables.rules();
  }

  /** Puts a rule in the place of one of the same name. Throws `ApiError` `url_not_allowed` and `too_many_rules`. */
  async put(asked: AskedRule, by: string): Promise<EscalationRule> {
    for (const [field, url] of [['url', asked.url] as const, ['escalationUrl', asked.escalationUrl] as const]) {
      const problem = url === null ? null : this.sender.checkUrl(url);
      if (problem !== null) throw new ApiError('webhook_not_allowed', problem.detail, { pointer: `/${field}` });
    }
    const make = (before: EscalationRule | null): EscalationRule => {
      const signingKey = asked.signingKey ?? before?.signingKey ?? makeParticipantKey();
      return { ...asked, signingKey, createdBy: by, createdAtMs: this.nowMs() };
    };
    return inTransaction(this.dataSource, async (manager) => {
      const rule = await this.tables.putRule(manager, asked.name, make);
      if (rule === null) {
        throw new ApiError('too_many_rules', `There are ${MOST_ESCALATION_RULES} rules; remove some first.`);
      }
      if (!rule.enabled) await this.tables.resolveAll(manager, rule.name, rule.createdAtMs);
      const { signingKey: _signingKey, ...told } = rule;
      await this.record(manager, by, 'escalation_rule_put', '', told);
      return rule;
    });
  }

  /** Its alerts are over with it. Throws `ApiError` `escalation_not_found`. */
  async remove(name: string, by: string, reason: string): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      if (!(await this.tables.dropRule(manager, name))) throw new ApiError('escalation_not_found', 'There is no such rule.');
      await this.tables.resolveAll(manager, name, this.nowMs());
      await this.record(manager, by, 'escalation_rule_removed', reason, { rule: name });
    });
  }

  alerts(state: EscalationAlert['state'] | null, afterId: string, limit: number): Promise<readonly EscalationAlert[]> {
    return this.tables.alerts(state, afterId, limit);
  }

  /** Nothing is sent any more but that it is over. Twice is the same as once. Throws `ApiError` `escalation_not_found`, `alert_resolved`. */
  async acknowledge(id: string, by: string, comment: string): Promise<EscalationAlert> {
    await inTransaction(this.dataSource, async (manager) => {
      if (!(await this.tables.acknowledge(manager, id, by, comment, this.nowMs()))) return;
      await this.record(manager, by, 'alert_acknowledged', comment, { alert: id });
    });
    const alert = await this.tables.alert(id);
    if (alert === null) throw new ApiError('escalation_not_found', 'There is no such alert.');
    if (alert.state === 'resolved' && alert.acknowledgedAtMs === null) throw new ApiError('alert_resolved', 'It is over already.');
    return alert;
  }

  /** What was sent for one alert, or by one rule, newest first. */
  deliveries(of: { readonly alert: string } | { readonly rule: string }, limit: number): Promise<readonly EscalationDelivery[]> {
    return this.tables.deliveries(of, limit);
  }

  /** Sends a test message to the URL of the rule, now, and keeps it in the log. Throws `ApiError` `escalation_not_found`. */
  async test(name: string, by: string): Promise<EscalationDelivery> {
    const rule = await this.tables.rule(name);
    if (rule === null) throw new ApiError('escalation_not_found', 'There is no such rule.');
    const id = uuidv7();
    const atMs = this.nowMs();
    const end = await this.sender.send({ url: rule.url, key: rule.signingKey, id, body: testMessageOf(rule, atMs) });
    const delivery: EscalationDelivery = {
      ...{ id, alert: TEST, rule: name, url: rule.url, atMs, durationMs: end.durationMs, attempt: 1 },
      status: end.kind === 'answered' ? end.status : null,
      problem: problemIn(end),
    };
    await this.tables.delivered(delivery);
    await inTransaction(this.dataSource, (manager) =>
      this.record(manager, by, 'escalation_tested', '', { rule: name, status: delivery.status }),
    );
    return delivery;
  }

  private record(manager: EntityManager, principal: string, action: string, reason: string, detail: object): Promise<void> {
    const row = { id: uuidv7(), gid: '', atMs: this.nowMs(), principal, action, reason, detail: JSON.stringify(detail) };
    return recordAudit(manager, row);
  }
}
