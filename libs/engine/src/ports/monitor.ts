/** What the engine tells about itself. Implemented by metrics and logs; every method returns at once and never throws. */
import type { Outcome, TransactionView } from '@assent/protocol';
import type { BranchCall } from './branch-invoker.js';

/** Which transaction an alarm is about, so that its line in the log is found by whoever looks for the gid. */
export interface Concern {
  readonly gid: string;
  /** The W3C `traceparent` it was begun with, when that is known. */
  readonly trace?: string | undefined;
  readonly branch?: string;
  readonly op?: string;
}

export interface Monitor {
  started(pattern: string): void;
  /** `decidedAtMs`: when the decision was made, database time; `null` when this node only read that it had been made. */
  finished(view: TransactionView, decidedAtMs: number | null): void;
  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void;
  /** A reply no longer awaited, an early wake-up and the like. */
  ignored(mark: string): void;
  flushed(rows: number, durationMs: number): void;
  /** Something an operator must know: `fenced`, `lost_commits`, `poison_row`, `protocol_bug`, `store_unavailable`, ... */
  alarm(code: string, detail: string, about?: Concern): void;
  /** Transactions this node took up that it did not drive: from rest, or from a node that died or stopped. */
  tookUp(from: 'rest' | 'dead_node' | 'stopped_node', count: number): void;
  info(message: string, fields: Readonly<Record<string, unknown>>, about?: Concern): void;
}
