/** The barrier of a participant: decisions, and the port to where its rows are kept. */
export { Barrier, type BarrierOptions, DEFAULT_RETENTION_MS } from './barrier.js';
export type {
  Answer,
  BarrierCall,
  BranchKey,
  BranchWork,
  ForwardState,
  HeldRow,
  KeptOutcome,
  NewRow,
  Phase,
  Refused,
  SealReport,
  WorkEnd,
} from './model.js';
export { forwardOpsWithoutCommit, roleOf, sealedOp } from './ops.js';
export { BarrierBusy, type BarrierRows, type BarrierStore, type UnitEnd } from './port.js';
export { BusinessRejection } from './rejection.js';
export { MAX_RESULT_BYTES, ResultError, resultText } from './result.js';
