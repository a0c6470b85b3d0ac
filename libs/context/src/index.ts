/** The transaction in whose name code runs, carried along by Node from call to call, and by headers from service to service. */
export { currentContext, runInContext, type TransactionContext } from './context.js';
export { contextHeaders, type HeaderReader, readContext } from './headers.js';
