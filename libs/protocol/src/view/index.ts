/** A transaction as people see it. */
export { attentionOf } from './attention.js';
export { view } from './transaction.js';
