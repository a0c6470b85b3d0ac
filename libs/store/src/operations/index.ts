/** What operators' work keeps: answers by their keys, policies, jobs over many transactions. Not hot; the same on every dialect. */
export { Housekeeping, type HousekeepingTimes } from './housekeeping.js';
export { IdempotencyKeys, type KeptRequest } from './idempotency-keys.js';
export { type ItemEnd, type Job, type JobItem, type JobState, JobTable } from './job-table.js';
export { PolicyTable } from './policy-table.js';
export { type Purged, Retention, type RetentionTimes } from './retention.js';
