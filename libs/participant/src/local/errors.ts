/** What can go wrong with a local transaction, apart from the work itself. */

/** COMMIT failed, or its answer was lost: whether the transaction took effect is not known. Never retried here. */
export class CommitFailedError extends Error {
  override readonly name = 'CommitFailedError';

  constructor(cause: unknown) {
    super('COMMIT failed or its answer was lost: whether the transaction took effect is not known', { cause });
  }
}

/** The transaction did not get its turn, or a lock, in time. Nothing was done. */
export class LockWaitError extends Error {
  override readonly name = 'LockWaitError';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** Too many transactions wait already. Nothing was done. */
export class TooManyWaitingError extends Error {
  override readonly name = 'TooManyWaitingError';

  constructor(waiting: number) {
    super(`${waiting} local transactions wait for the database already`);
  }
}

/** The work took longer than allowed; it was rolled back. */
export class WorkTooLongError extends Error {
  override readonly name = 'WorkTooLongError';

  constructor(workMs: number) {
    super(`the work of a local transaction did not end within ${workMs} ms and was rolled back`);
  }
}

/** A statement of a local transaction that has ended, or that can no longer commit. */
export class TransactionOverError extends Error {
  override readonly name = 'TransactionOverError';

  constructor(cause?: unknown) {
    super('this local transaction is over: a statement came after its end, or after an error that ended it', { cause });
  }
}

/** Inside a local transaction something asked the same database for another one: it would wait for itself. */
export class OutsideTransactionError extends Error {
  override readonly name = 'OutsideTransactionError';

  constructor() {
    super(
      'inside a local transaction use its entity manager: a write through the DataSource (or a second local transaction) would wait for itself',
    );
  }
}
