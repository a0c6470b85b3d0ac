/** The shop as real processes, and what stands between them. */
export type { BranchProxy, BranchTraffic } from './branch-proxy.js';
export { Mariadb } from './mariadb.js';
export { NetworkNamespace } from './network-namespace.js';
export { PreviousBuild } from './previous-build.js';
export { ServiceProcess } from './service-process.js';
export { type BranchProxies, type Dialect, type IndependentNode, ShopStack, type StackOptions } from './shop-stack.js';
