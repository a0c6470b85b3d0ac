/** What people administer: keys, the audit. */
export { Administration, type AdministrationClock } from './administration.js';
export type { AuditAdministration } from './audit/audit-administration.js';
export type { KeyAdministration, MadeKey } from './keys/key-administration.js';
