/** Adapters of the `TransactionStore` port (DESIGN sections 7 and 8). */
export { columnLimits } from './limits.js';
export * from './memory/index.js';
