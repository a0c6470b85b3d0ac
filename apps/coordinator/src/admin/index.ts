/** What people administer: keys, the audit. */
export { Administration, type AdministrationParts } from './administration.js';
export type { ActingFor, ActionRunner, AskedAction } from './approval/action-runner.js';
export type { Approvals, Demand, ShownRequest } from './approval/approvals.js';
export type { AuditAdministration } from './audit/audit-administration.js';
export type { OpenBreaker } from './escalation/escalator.js';
export { openBreakersOf } from './escalation/open-breakers.js';
export { KeyAdministration, type MadeKey } from './keys/key-administration.js';
