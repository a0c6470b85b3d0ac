/** What a transaction owes now, as data. The engine turns it into calls, flushes and timers; nothing here performs anything. */
import type { Endpoint } from './model/definition.js';
import type { BranchId, EpochMs } from './model/ids.js';
import type { Op } from './model/patterns.js';

/** One call that may leave once the durable image permits it. */
export interface Invoke {
  /** `invoke` asks for work, `ask` for an answer about work already begun (poll, status, check-back). */
  readonly kind: 'invoke' | 'ask';
  readonly branch: BranchId;
  readonly op: Op;
  /** Counts the calls of (branch, op), polls included: part of the message id. */
  readonly attempt: number;
  readonly endpoint: Endpoint;
  readonly payload: string;
  readonly timeoutMs: number;
  /** What must be durable before this call leaves: commit and rollback ops need the decision, forward ops the horizon. */
  readonly needs: 'decision' | 'horizon';
}

/** What `plan` owes at this moment. Pure data, in the order in which it should leave. */
export interface Plan {
  /** Calls that are due and that the durable image permits. */
  readonly invokes: readonly Invoke[];
  /**
   * `now`: something is waiting for this image to be durable (a decision, a moved horizon, the end, an answer to a command).
   * `lazily`: progress differs from the durable image; flush with whatever comes next, or after one second. `no`: nothing differs.
   */
  readonly flush: 'now' | 'lazily' | 'no';
  /** The earliest moment at which `woke` would change something: retry, poll, deadline. `null`: never. */
  readonly wakeAtMs: EpochMs | null;
  /** True when nothing is in the air and nothing is due before `wakeAtMs`, so that the transaction may leave memory (rest). */
  readonly idle: boolean;
  /** Who moves it next: `time` (a call, a timer), the `initiator` (register, submit), a `person` (parked, paused), or nobody (`final`). */
  readonly waitsFor: 'time' | 'initiator' | 'person' | 'final';
}
