/** The pure core: model, patterns, step, plan, retry, invariants. Imports nothing from outside this folder. */
export type * from './api.js';
export type * from './effects.js';
export type * from './events.js';
export type * from './model/definition.js';
export * from './model/ids.js';
export type * from './model/outcome.js';
export type * from './model/patterns.js';
export * from './model/policy.js';
export type { Transaction } from './model/transaction.js';
export type * from './model/view.js';
export { header } from './wire/headers.js';
export { formatMessageId, type MessageId, parseMessageId } from './wire/message-id.js';
