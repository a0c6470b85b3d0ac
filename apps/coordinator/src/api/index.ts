/** REST v1: one folder per route, with its schema and its code. */

export { AbortCommandController } from './abort/abort.controller.js';
export { ActionDesk } from './actions/action-desk.js';
export { ActionsController } from './actions/actions.controller.js';
export { ApprovalController } from './approval/approval.controller.js';
export { AuditController } from './audit/audit.controller.js';
export { Backend, type UrlCheck } from './backend.js';
export { BeginController } from './begin/begin.controller.js';
export { EscalationController } from './escalation/escalation.controller.js';
export { GetController } from './get/get.controller.js';
export { JobRunner } from './jobs/job-runner.js';
export { JobsController } from './jobs/jobs.controller.js';
export { KeysController } from './keys/keys.controller.js';
export { ListController } from './list/list.controller.js';
export { type History, Operations } from './operations.js';
export type { ParticipantDesk, ParticipantSheet, ParticipantSheets } from './participants/participant-desk.js';
export { ParticipantsController } from './participants/participants.controller.js';
export { PoliciesController } from './policies/policies.controller.js';
export { RegisterController } from './register/register.controller.js';
export { hearAnnouncements } from './registry/nats-announcements.js';
export { RegistryController } from './registry/registry.controller.js';
export { Housekeeper, type PurgeMeter } from './retention/housekeeper.js';
export { RetentionController } from './retention/retention.controller.js';
export type { Route, RouteAnswer } from './route.js';
export { everyBody, everyGuarded, everyRoute, routes } from './routes.js';
export { problemSchema } from './schemas/responses.js';
export { SubmitController } from './submit/submit.controller.js';
export { TimelineController } from './timeline/timeline.controller.js';
export {
  type BranchBody,
  type DecisionBody,
  type OpBody,
  type RegistrationBody,
  type TransactionBody,
  transactionBody,
} from './transaction-body.js';
export { WaitController } from './wait/wait.controller.js';
