/** What a webhook of an alert says. Receivers tell repeats by `webhook-id`, and alerts about one thing by `dedupeKey`. */
import type { EscalationAlert, EscalationRule } from '@assent/store';

/** The parts of a rule that a message tells. */
export type ToldRule = Pick<EscalationRule, 'name' | 'kind' | 'severity'>;

/** The body of the webhook number `delivery` of an alert, as JSON. */
export function messageOf(alert: EscalationAlert, rule: ToldRule, delivery: number): string {
  const { id, subject, state, detail, escalated, openedAtMs, resolvedAtMs } = alert;
  return JSON.stringify({
    type: state === 'resolved' ? 'assent.alert.resolved' : 'assent.alert',
    alert: id,
    dedupeKey: `${rule.name}/${subject}`,
    rule: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    subject,
    detail,
    escalated,
    delivery,
    openedAt: new Date(openedAtMs).toISOString(),
    resolvedAt: resolvedAtMs === null ? null : new Date(resolvedAtMs).toISOString(),
    links: {
      ...(rule.kind !== 'breaker_open' && { transaction: `/v1/transactions/${subject}` }),
      acknowledge: `/v1/alerts/${id}/acknowledge`,
    },
  });
}

/** The body of a test call. */
export function testMessageOf(rule: ToldRule, atMs: number): string {
  return JSON.stringify({
    type: 'assent.alert.test',
    dedupeKey: `${rule.name}/test`,
    ...{ rule: rule.name, kind: rule.kind, severity: rule.severity },
    detail: 'This is a test: nothing is wrong.',
    openedAt: new Date(atMs).toISOString(),
  });
}
