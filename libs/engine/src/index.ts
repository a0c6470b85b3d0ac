/** Drives transactions: driver, scheduler, writer, ownership, recovery. Only ports, no I/O of its own. */
export type * from './api.js';
export type {
  Choice,
  Deed,
  DeedRefusal,
  DeedResult,
  Intervention,
  RefusedEarly,
  Rehearsal,
  Sealing,
  SealReport,
} from './commands/index.js';
export { noteIdOf, readTold } from './commands/index.js';
export { type BreakerPolicy, type BreakerState, type DispatchState, defaultBreakerPolicy } from './dispatch/index.js';
export { Engine } from './engine.js';
export { EngineError, type EngineErrorCode, type EngineErrorDetails } from './errors.js';
export type { EnginePorts } from './life.js';
export { defaultEngineOptions, type EngineOptions } from './options.js';
export type * from './ports/branch-invoker.js';
export type * from './ports/clock.js';
export * from './ports/failpoints.js';
export * from './ports/hints.js';
export type * from './ports/monitor.js';
export type * from './ports/outbox.js';
export type * from './ports/participant-control.js';
export type * from './ports/transaction-search.js';
export * from './ports/transaction-store.js';
