/** Branch calls over HTTP. */
export { openConnection, type Target, targetOf } from './connection.js';
export { HttpBranchInvoker, type HttpBranchInvokerOptions } from './http-branch-invoker.js';
