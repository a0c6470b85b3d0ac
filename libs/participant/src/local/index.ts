/** Local transactions of a participant's own database. */
export type { ErrorKind } from './dialect.js';
export {
  CommitFailedError,
  LockWaitError,
  OutsideTransactionError,
  TooManyWaitingError,
  TransactionOverError,
  WorkTooLongError,
} from './errors.js';
export type { LocalTransactionLimits } from './limits.js';
export { type Ending, LocalTransactions } from './local-transactions.js';
