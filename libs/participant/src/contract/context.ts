/** What a handler is told about the call it answers. */
import type { EntityManager } from 'typeorm';
import type { ForwardState } from '../barrier/index.js';

/** Everything the participant library asks of a class. `deliver` is a saga step behind a pivot. */
export type BranchOp = 'try' | 'confirm' | 'cancel' | 'action' | 'deliver' | 'compensate';

export interface BranchContext {
  readonly gid: string;
  readonly branch: string;
  readonly contract: string;
  readonly op: BranchOp;
  /** Counts the calls of this op, polls included. */
  readonly attempt: number;
  /** An entity manager inside the local transaction that already holds the barrier row: write through it, and through nothing else. */
  readonly manager: EntityManager;
  /** When the global transaction began. */
  readonly begunAt: Date;
  /** W3C trace context of the call, when there was one. */
  readonly traceparent: string | undefined;
  /** For cancel and compensate: how the forward op stands here. `pending`: its work may still be running. */
  readonly forward: ForwardState;
  /** Milliseconds until the caller stops waiting, at least 0. */
  remainingMs(): number;
  /**
   * Marks the answer as pending (202): the work goes on elsewhere. From a forward op what was written is kept, and the service ends it by
   * `barrier.complete` or `barrier.reject`; from any other op nothing is kept and the handler runs again when asked. `retryAfterMs`: when to ask.
   */
  pending(options?: { readonly retryAfterMs?: number }): void;
}
