/** The routes of approvals, for the documents and the guard. */
import { openTo } from '../../access/index.js';
import { actionRefusals } from '../actions/actions.routes.js';
import type { Route } from '../route.js';
import { reasonOnlySchema } from '../schemas/common.js';
import {
  approvalsQuery,
  decisionSchema,
  requestListSchema,
  requestSchema,
  ruleListSchema,
  ruleSchema,
  shownRequestSchema,
} from './approval.schema.js';

const notNow = ['store_unavailable', 'not_ready'] as const;
const decisionErrors = ['approval_not_found', 'approval_not_pending', ...notNow] as const;

export const approvalRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/approvals',
    name: 'listApprovals',
    summary: 'Lists what waits for a second person, or did',
    access: openTo.readers,
    query: approvalsQuery,
    answers: [{ status: 200, meaning: 'A page, oldest first.', schema: requestListSchema }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/approvals/{id}',
    name: 'showApproval',
    summary: 'Shows a request, and what it would do now',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'The request.', schema: shownRequestSchema }],
    errors: ['invalid_query', 'approval_not_found', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/approvals/{id}/approve',
    name: 'approve',
    summary: 'Agrees to a request of somebody else; what was asked for is carried out',
    access: openTo.operators,
    body: decisionSchema,
    answers: [
      {
        status: 200,
        meaning: 'Carried out; `outcome` says what was answered. What the action is refused with is the answer here, too.',
        schema: requestSchema,
      },
    ],
    errors: ['own_request', ...decisionErrors, ...actionRefusals, 'idempotency_in_progress', 'overloaded', 'outcome_unknown', 'draining'],
  },
  {
    method: 'POST',
    path: '/v1/approvals/{id}/reject',
    name: 'reject',
    summary: 'Does not agree to a request, or takes back your own',
    access: openTo.operators,
    body: decisionSchema,
    answers: [{ status: 200, meaning: 'Rejected.', schema: requestSchema }],
    errors: [...decisionErrors],
  },
  {
    method: 'GET',
    path: '/v1/approval-rules',
    name: 'listApprovalRules',
    summary: 'Lists which actions of which roles need a second person',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'All rules.', schema: ruleListSchema }],
    errors: ['invalid_query', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/approval-rules',
    name: 'demandApproval',
    summary: 'Demands a second person for an action of a role',
    access: openTo.admins,
    body: ruleSchema,
    answers: [{ status: 200, meaning: 'All rules, this one among them.', schema: ruleListSchema }],
    errors: [...notNow],
  },
  {
    method: 'POST',
    path: '/v1/approval-rules/{action}/{role}/remove',
    name: 'demandNoApproval',
    summary: 'Demands a second person no more',
    access: openTo.admins,
    body: reasonOnlySchema,
    answers: [{ status: 200, meaning: 'The rules that are left.', schema: ruleListSchema }],
    errors: ['approval_not_found', ...notNow],
  },
];
