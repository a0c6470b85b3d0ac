/** Branch calls over HTTP. */
export { defaultTransportLimits, HttpBranchInvoker, type HttpBranchInvokerOptions, type TransportLimits } from './http-branch-invoker.js';
