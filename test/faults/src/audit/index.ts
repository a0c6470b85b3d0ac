/** What must be true when the dust has settled. */
export { type Audit, audit, type Expected, type Holdings } from './audit.js';
