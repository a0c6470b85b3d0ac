/** What administration keeps: keys, the audit and its chain, duties of one node for all. Not hot; TypeORM's repositories, the same on every dialect. */
export { ApiKeyTable, type ListedKey, MOST_API_KEYS } from './api-keys.js';
export { type ApprovalDecision, type ApprovalRequest, type ApprovalRule, ApprovalTable } from './approvals.js';
export { AuditChain, type BrokenLink, type ChainHead, type ChainReport, chainHeadIn, type KeptHead } from './audit-chain.js';
export { foreseeAudit, type OldAudit, purgeAudit } from './audit-retention.js';
export { type AuditQuery, findAudit, MOST_AUDIT_ROWS, recordAudit } from './audit-trail.js';
export { Concerns, type FoundConcern } from './concerns.js';
export { databaseMoment } from './database-moment.js';
export { Duties } from './duties.js';
export {
  type EscalationAlert,
  type EscalationDelivery,
  type EscalationRule,
  EscalationTables,
  MOST_ESCALATION_RULES,
} from './escalations.js';
export { inTransaction, inTurn } from './in-transaction.js';
export { isDatabaseAway, isDuplicate } from './refusals.js';
export { sharedSecret } from './shared-secrets.js';
