/** The routes of escalation, for the documents and the guard. */
import { openTo } from '../../access/index.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';
import {
  acknowledgeSchema,
  alertListSchema,
  alertSchema,
  alertsQuery,
  deliveryListSchema,
  deliverySchema,
  ruleListSchema,
  ruleSchema,
  shownRuleSchema,
} from './escalation.schema.js';

const notNow = ['store_unavailable', 'not_ready'] as const;

export const escalationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/escalation-rules',
    name: 'listEscalationRules',
    summary: 'Lists of what somebody is told, and where',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'All rules, without their signing keys.', schema: ruleListSchema }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/escalation-rules',
    name: 'putEscalationRule',
    summary: 'Makes a rule, or puts it in the place of the one of this name',
    access: openTo.admins,
    body: ruleSchema,
    answers: [{ status: 200, meaning: 'In force within seconds; `signingKey` is shown this once.', schema: shownRuleSchema }],
    errors: ['webhook_not_allowed', 'too_many_rules', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/escalation-rules/{rule}/remove',
    name: 'removeEscalationRule',
    summary: 'Removes a rule; its alerts are over with it',
    access: openTo.admins,
    body: reasonOnlySchema,
    answers: [{ status: 200, meaning: 'The rules that are left.', schema: ruleListSchema }],
    errors: ['escalation_not_found', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/escalation-rules/{rule}/test',
    name: 'testEscalationRule',
    summary: 'Sends a test message to the URL of a rule, now',
    access: openTo.operators,
    body: { type: 'object', additionalProperties: false, properties: {} },
    answers: [{ status: 200, meaning: 'How it went.', schema: deliverySchema }],
    errors: ['escalation_not_found', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/escalation-rules/{rule}/deliveries',
    name: 'listRuleDeliveries',
    summary: 'Lists what was sent by a rule, test calls included, newest first',
    access: openTo.readers,
    answers: [{ status: 200, meaning: `The newest.`, schema: deliveryListSchema }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/alerts',
    name: 'listAlerts',
    summary: 'Lists what somebody was told of, oldest first',
    access: openTo.readers,
    query: alertsQuery,
    answers: [{ status: 200, meaning: 'A page.', schema: alertListSchema }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/alerts/{alert}/acknowledge',
    name: 'acknowledgeAlert',
    summary: 'Says that somebody is at it: nothing is repeated or escalated any more',
    access: openTo.operators,
    body: acknowledgeSchema,
    answers: [{ status: 200, meaning: 'Acknowledged, or it had been before.', schema: alertSchema }],
    errors: ['escalation_not_found', 'alert_resolved', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/alerts/{alert}/deliveries',
    name: 'listAlertDeliveries',
    summary: 'Lists what was sent for an alert, newest first',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The newest.', schema: deliveryListSchema }],
    errors: ['invalid_query', ...notNow],
  },
];
