/**
 * A participant service in a NestJS application: declare branches with decorators, and the barrier sees to repeats, reordering, empty rollbacks
 * and late arrivals (DESIGN sections 5 and 6). `docs/participants.md` is the contract in words.
 */
import { CreateOutcomeTables1764000000100 } from './outcomes/index.js';
import { CreateBranchBarrier1764000000000 } from './sql/index.js';

export {
  type Answer,
  Barrier,
  BarrierBusy,
  type BarrierCall,
  type BarrierOptions,
  type BarrierRows,
  type BarrierStore,
  type BranchWork,
  BusinessRejection,
  type ForwardState,
  type HeldRow,
  type NewRow,
  type SealReport,
  type WorkEnd,
} from './barrier/index.js';
export {
  Action,
  type BranchContext,
  type BranchOp,
  type BranchOptions,
  Cancel,
  Compensate,
  Confirm,
  SagaStep,
  type SagaStepOptions,
  TccBranch,
  Try,
} from './contract/index.js';
export {
  CommitFailedError,
  LocalTransactions,
  LockWaitError,
  OutsideTransactionError,
  TooManyWaitingError,
  TransactionOverError,
  WorkTooLongError,
} from './local/index.js';
export { type ParticipantAsyncOptions, type ParticipantDataSource, ParticipantModule, type ParticipantOptions } from './module/index.js';
export type { BranchError, ParticipantNatsOptions } from './nats/index.js';
export {
  type ConsumerLag,
  CreateOutcomeTables1764000000100,
  type DeadLetter,
  DeadLetterDesk,
  type DeadLetterState,
  OnOutcome,
  type OnOutcomeOptions,
  type OutcomeContext,
  OutcomeLags,
  OutcomeMetrics,
  type OutcomesAsyncOptions,
  type OutcomesDataSource,
  OutcomesModule,
  type OutcomesOptions,
  type ReplayReport,
  type RetryRule,
} from './outcomes/index.js';
export type { AnnounceOptions } from './registry/index.js';
export { countOpenReservations, SqlBarrierStore } from './sql/index.js';
export { CreateBranchBarrier1764000000000 };

/** Add these to the `migrations` of the data source that holds the participant's business tables. */
export const participantMigrations = [CreateBranchBarrier1764000000000];

/** Add these, too, where `OutcomesModule` is used. */
export const outcomeMigrations = [CreateOutcomeTables1764000000100];
