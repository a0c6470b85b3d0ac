/** The port through which branches are called (DESIGN section 5). */
import type { Endpoint, Op, Outcome } from '@assent/protocol';

export interface BranchCall {
  readonly gid: string;
  readonly branch: string;
  /** `seal-<op>`: nothing runs, and the op never will (DESIGN 6). */
  readonly op: Op | `seal-${Op}`;
  readonly attempt: number;
  readonly endpoint: Endpoint;
  /** JSON text, sent byte for byte. */
  readonly payload: string;
  readonly timeoutMs: number;
  /** When the transaction began, database time. */
  readonly begunAtMs: number;
  /** The W3C `traceparent` that the transaction was begun with. */
  readonly trace?: string | undefined;
}

/** How a call ended at the sender. `withdrawn`: `mayLeave` said no, nothing was sent. */
export type CallEnd = { readonly kind: 'ended'; readonly outcome: Outcome; readonly durationMs: number } | { readonly kind: 'withdrawn' };

export interface BranchInvoker {
  /**
   * Calls a branch. Waits for a free place under the participant's concurrency limit first; that time is not request time. `mayLeave` is asked
   * synchronously at the last moment before the first byte: an abort may have been decided, or the lease lost, while the call was
   * queued. Never rejects: whatever happens is an outcome. Ends at the latest `timeoutMs` after it left.
   */
  invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd>;
  /** The participant an endpoint belongs to, for limits, attention rows and metrics. */
  participantOf(endpoint: Endpoint): string;
  /** Lets calls in the air end (at most `timeoutMs`), then closes the connections. */
  close(timeoutMs: number): Promise<void>;
}
