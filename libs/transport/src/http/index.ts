/** Branch calls over HTTP. */
export { HttpBranchInvoker, type HttpBranchInvokerOptions } from './http-branch-invoker.js';
export { ConnectError, clientForOne } from './one-exchange.js';
