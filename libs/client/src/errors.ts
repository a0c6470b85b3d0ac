/** What the client throws. A wait that runs out is no error: the transaction is returned as it stands. */

import type { TransactionResult } from './transaction-result.js';

/** Base of everything the client throws, so that one `catch` can tell it from the caller's own errors. */
export class AssentError extends Error {
  override readonly name: string = 'AssentError';
}

/**
 * The coordinator could not be reached, or could not say what became of the request, until the bounds of repetition were used up.
 * Whether it was carried out is unknown: repeating the same call with the same gid is safe.
 */
export class AssentUnavailableError extends AssentError {
  override readonly name = 'AssentUnavailableError';

  constructor(
    readonly gid: string,
    /** What the last attempt met: a code of the coordinator (`outcome_unknown`, `overloaded`, ...), or `connect_failed`, `reset`, `timeout`, `closed`. */
    readonly code: string,
    /** When the coordinator said not to come back sooner. */
    readonly retryAfterMs: number | null,
    options?: ErrorOptions,
  ) {
    super(`The coordinator is not available (${code}). Repeat transaction ${gid} with the same gid: that is safe.`, options);
  }
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** JSON pointer into the request, when one part of it is to blame. */
  readonly pointer?: string;
}

/** The coordinator refused the request (4xx): repeating it unchanged gives the same answer. */
export class AssentRequestError extends AssentError implements Problem {
  override readonly name = 'AssentRequestError';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly pointer?: string;
  /** How the transaction stands, when the command came too late. */
  readonly transaction?: TransactionResult;

  constructor(
    problem: Problem,
    readonly gid: string,
    transaction?: TransactionResult,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    if (problem.pointer !== undefined) this.pointer = problem.pointer;
    if (transaction !== undefined) this.transaction = transaction;
  }
}

/** A try that an initiator asked for was refused by its participant. Thrown out of `globalTransaction`, it aborts the transaction. */
export class BranchRejectedError extends AssentError {
  override readonly name = 'BranchRejectedError';

  constructor(
    readonly gid: string,
    readonly branch: string,
    /** The participant's business code, `OUT_OF_STOCK` for example. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A try that an initiator asked for had neither succeeded nor been refused when its time ran out. */
export class BranchUndecidedError extends AssentError {
  override readonly name = 'BranchUndecidedError';

  constructor(
    readonly gid: string,
    readonly branch: string,
    readonly outcome: string,
  ) {
    super(`Branch ${branch} is still "${outcome}" after the time given to it.`);
  }
}
