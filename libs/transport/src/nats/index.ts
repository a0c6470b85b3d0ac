/** Branch calls over NATS, and the connection they share. */
export { NatsLink, type NatsLinkOptions } from './link.js';
export { NatsBranchInvoker, type NatsBranchInvokerOptions } from './nats-branch-invoker.js';
