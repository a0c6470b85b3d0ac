/** A transaction as people see it. */
export { attentionOf } from './attention.js';
export { eventOf } from './event.js';
export { view } from './transaction.js';
