/** What the engine answers when it cannot do what it was asked. One typed error; the REST layer maps its codes to the catalogue. */
import type { CommandRefusal, TransactionView } from '@assent/protocol';

export type EngineErrorCode =
  | CommandRefusal
  /** The gid is taken by a begin of other content. */
  | 'gid_conflict'
  | 'not_found'
  | 'policy_unknown'
  /** The gid tells that it was made longer ago than rows are kept: nobody knows whether it was begun before. */
  | 'gid_expired'
  /** A person asked for something on a version that is not the present one. */
  | 'version_differs'
  /** What was asked may or may not become durable. Safe to repeat with the same gid. */
  | 'outcome_unknown'
  /** The store cannot be reached; nothing was accepted. */
  | 'store_unavailable'
  | 'overloaded'
  | 'draining'
  | 'not_ready'
  | 'too_many_waiters'
  /** The store refuses this row for its content; its neighbours are fine. */
  | 'unstorable'
  /** The machine met a state it must never meet; the transaction is set aside with an alarm, and only it. */
  | 'protocol_bug';

export interface EngineErrorDetails {
  readonly gid?: string;
  /** When a repeat may help, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** The transaction as it stands, where a refusal is explained by it. */
  readonly view?: TransactionView;
}

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly gid?: string;
  readonly retryAfterMs?: number;
  readonly view?: TransactionView;

  constructor(
    readonly code: EngineErrorCode,
    /** A sentence for people that names the thing. */
    readonly detail: string,
    details: EngineErrorDetails = {},
  ) {
    super(`${code}: ${detail}`);
    this.gid = details.gid;
    this.retryAfterMs = details.retryAfterMs;
    this.view = details.view;
  }
}
