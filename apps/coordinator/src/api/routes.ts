/**
 * Every route this app serves, described once: the OpenAPI document, `docs/api.md`, the `allow` header and the suite of bad input are made from
 * it. A controller's own file has the code.
 */
import { openTo } from '../access/index.js';
import type { ErrorCode } from '../errors/index.js';
import { abortSchema } from './abort/abort.schema.js';
import { actionsRoutes } from './actions/actions.routes.js';
import { approvalRoutes } from './approval/approval.routes.js';
import { auditRoutes } from './audit/audit.routes.js';
import { beginSchema } from './begin/begin.schema.js';
import { escalationRoutes } from './escalation/escalation.routes.js';
import { getQuery } from './get/get.controller.js';
import { jobsRoutes } from './jobs/jobs.routes.js';
import { keyRoutes } from './keys/keys.routes.js';
import { listRoutes } from './list/list.routes.js';
import { participantRoutes } from './participants/participants.routes.js';
import { policiesRoutes } from './policies/policies.routes.js';
import { registerSchema } from './register/register.schema.js';
import { registryRoutes } from './registry/registry.routes.js';
import { retentionRoutes } from './retention/retention.routes.js';
import type { Route, RouteAnswer } from './route.js';
import { detailSchema, liveSchema, readySchema, registrationSchema, transactionSchema } from './schemas/responses.js';
import { submitSchema } from './submit/submit.schema.js';
import { timelineRoutes } from './timeline/timeline.routes.js';
import { waitQuery } from './wait/wait.controller.js';

const notNow: readonly ErrorCode[] = ['overloaded', 'outcome_unknown', 'store_unavailable', 'not_ready', 'draining'];

/** What any v1 route may answer. */
export const everyRoute: readonly ErrorCode[] = ['bad_request', 'host_not_allowed', 'headers_too_large', 'request_timeout', 'internal'];

/** What any route may answer that is not open to everybody. */
export const everyGuarded: readonly ErrorCode[] = ['unauthenticated', 'invalid_credentials', 'issuer_unavailable', 'forbidden'];

/** What any route with a body may answer. */
export const everyBody: readonly ErrorCode[] = [
  'invalid_query',
  'not_json',
  'body_required',
  'body_too_large',
  'unsupported_media_type',
  'invalid_request',
  'forbidden_key',
  'duplicate_key',
  'too_deep',
  'unsafe_number',
  'invalid_text',
];

const endpointErrors: readonly ErrorCode[] = [
  'unknown_participant',
  'url_not_allowed',
  'endpoint_incomplete',
  'payload_too_large',
  'branch_not_named',
];

const shows = (status: number, meaning: string): RouteAnswer => ({ status, meaning, schema: transactionSchema });

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/transactions',
    name: 'begin',
    summary: 'Accepts a transaction, and waits for its outcome when asked to',
    access: openTo.initiators,
    body: beginSchema,
    answers: [
      shows(200, 'What was waited for has come, or this content had been accepted before under this gid.'),
      shows(202, 'Accepted: durable, and carried out from here on. Or the wait ran out: the work goes on.'),
    ],
    errors: [
      ...endpointErrors,
      'gid_conflict',
      'unknown_policy',
      'policy_retired',
      'gid_expired',
      'too_many_branches',
      'no_branches',
      'duplicate_branch',
      'branches_not_empty',
      'bad_branch_id',
      'bad_contract',
      'after_on_pattern',
      'driver_not_allowed',
      'run_not_allowed',
      'after_unknown',
      'cycle',
      'pivot_twice',
      'pivot_not_alone',
      'pivot_on_pattern',
      'compensate_on_pattern',
      'stepwise_on_pattern',
      'deadline_required',
      'invalid_definition',
      'unstorable',
      'too_many_waiters',
      ...notNow,
    ],
  },
  {
    method: 'POST',
    path: '/v1/transactions/{gid}/branches',
    name: 'register',
    summary: 'Adds a branch to a transaction driven by its initiator',
    access: openTo.initiators,
    body: registerSchema,
    answers: [
      {
        status: 201,
        meaning: 'Registered: durable. `branch.forward` shows the outcome of a try that the coordinator runs.',
        schema: registrationSchema,
      },
      { status: 200, meaning: 'This content had been registered before under this id.', schema: registrationSchema },
    ],
    errors: [
      ...endpointErrors,
      'invalid_gid',
      'not_found',
      'coordinator_driven',
      'already_decided',
      'content_differs',
      'not_registrable',
      'unstorable',
      'too_many_waiters',
      ...notNow,
    ],
  },
  {
    method: 'POST',
    path: '/v1/transactions/{gid}/submit',
    name: 'submit',
    summary: 'The initiator decides to commit',
    access: openTo.initiators,
    body: submitSchema,
    answers: [shows(200, 'Decided: durable. Or it had been before.'), shows(202, 'Decided, but what was waited for has not come yet.')],
    errors: ['invalid_gid', 'not_found', 'coordinator_driven', 'branches_differ', 'already_aborting', 'too_many_waiters', ...notNow],
  },
  {
    method: 'POST',
    path: '/v1/transactions/{gid}/abort',
    name: 'abort',
    summary: 'Decides to abort',
    access: openTo.stoppers,
    body: abortSchema,
    answers: [shows(200, 'Decided: durable. Or it had been before.'), shows(202, 'Decided, but what was waited for has not come yet.')],
    errors: ['invalid_gid', 'not_found', 'past_pivot', 'already_committing', 'abort_needs_approval', 'too_many_waiters', ...notNow],
  },
  {
    method: 'GET',
    path: '/v1/transactions/{gid}',
    name: 'get',
    summary: 'Shows a transaction as it is durable now',
    access: openTo.everybody,
    query: getQuery,
    answers: [{ status: 200, meaning: 'The transaction.', schema: detailSchema }],
    errors: ['invalid_gid', 'invalid_query', 'not_found', 'store_unavailable', 'not_ready'],
  },
  {
    method: 'GET',
    path: '/v1/transactions/{gid}/wait',
    name: 'wait',
    summary: 'Waits until a transaction is decided or final',
    access: openTo.everybody,
    query: waitQuery,
    answers: [shows(200, 'It has come.'), shows(202, 'The wait ran out; the transaction as it stands.')],
    errors: ['invalid_gid', 'invalid_query', 'not_found', 'too_many_waiters', 'store_unavailable', 'not_ready'],
  },
  ...keyRoutes,
  ...auditRoutes,
  ...approvalRoutes,
  ...escalationRoutes,
  ...listRoutes,
  ...timelineRoutes,
  ...actionsRoutes,
  ...policiesRoutes,
  ...jobsRoutes,
  ...retentionRoutes,
  ...participantRoutes,
  ...registryRoutes,
  {
    method: 'GET',
    path: '/health/live',
    name: 'live',
    summary: 'Answers 200 while the process lives, whatever it waits for',
    access: openTo.public,
    answers: [{ status: 200, meaning: 'It lives.', schema: liveSchema }],
    errors: [],
  },
  {
    method: 'GET',
    path: '/health/ready',
    name: 'ready',
    summary: 'Tells whether transactions are accepted now, and if not, why',
    access: openTo.public,
    answers: [
      { status: 200, meaning: 'Ready.', schema: readySchema },
      { status: 503, meaning: 'Not now; `reason` says why.', schema: readySchema },
    ],
    errors: [],
  },
  {
    method: 'GET',
    path: '/metrics',
    name: 'metrics',
    summary: 'Metrics in the text format of Prometheus',
    access: openTo.readers,
    answers: [{ status: 200, meaning: 'Metrics.' }],
    errors: [],
  },
];
