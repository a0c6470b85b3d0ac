/** Drives transactions: driver, scheduler, writer, ownership, recovery. Only ports, no I/O of its own. */
export type * from './ports/branch-invoker.js';
export type * from './ports/clock.js';
export type * from './ports/monitor.js';
export * from './ports/transaction-store.js';
