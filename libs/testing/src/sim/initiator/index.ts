/** Those who begin transactions, and what they ask for. */
export { Api } from './api.js';
export type { AttendantContext, JudgeSeal } from './attendant.js';
export { Initiator } from './initiator.js';
export { policies, shortestRetryMs } from './policies.js';
export { RequestMaker, type Shelves } from './requests.js';
