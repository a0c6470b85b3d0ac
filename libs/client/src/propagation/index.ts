/** Transactions that travel with the code: from method to method, and from service to service. */
export { assentFetch } from './assent-fetch.js';
export { GlobalTransaction, type GlobalTransactionMethodOptions } from './global-transaction.decorator.js';
export { PropagationInterceptor } from './propagation.interceptor.js';
