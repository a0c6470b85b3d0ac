/** What the engine tells about itself. Implemented by metrics and logs; every method returns at once and never throws. */
import type { Outcome, TransactionView } from '@assent/protocol';
import type { BranchCall } from './branch-invoker.js';

export interface Monitor {
  started(pattern: string): void;
  finished(view: TransactionView): void;
  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void;
  /** A reply no longer awaited, an early wake-up and the like. */
  ignored(mark: string): void;
  flushed(rows: number, durationMs: number): void;
  /** Something an operator must know: `fenced`, `lost_commits`, `poison_row`, `protocol_bug`, `store_unavailable`, ... */
  alarm(code: string, detail: string): void;
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
}
