/** Time as the engine knows it. */
export { Backoff } from './backoff.js';
export { DatabaseTime } from './database-time.js';
export { Lease } from './lease.js';
export { Loop } from './loop.js';
export { type Due, Scheduler } from './scheduler.js';
