/** One call handed to the invoker: from the moment it was planned until it ended at the sender. */
import type { Invoke } from '@assent/protocol';
import type { Gate } from '../dispatch/index.js';
import type { BranchCall } from '../ports/branch-invoker.js';
import type { Resident } from './resident.js';

export class Flight {
  /** True once the first byte was allowed to leave. */
  hasLeft = false;
  /** Database time at which it left. */
  startedAtMs = 0;
  readonly key: string;
  readonly call: BranchCall;
  /** Of the gate, when the call was handed over. */
  readonly epoch: number;

  constructor(
    readonly resident: Resident,
    readonly invoke: Invoke,
    readonly gate: Gate<Resident>,
  ) {
    this.epoch = gate.epoch;
    this.key = flightKey(invoke);
    this.call = {
      gid: resident.gid,
      branch: invoke.branch,
      op: invoke.op,
      attempt: invoke.attempt,
      endpoint: invoke.endpoint,
      payload: invoke.payload,
      timeoutMs: invoke.timeoutMs,
      begunAtMs: resident.present.createdAtMs,
      trace: resident.present.definition.trace,
    };
  }
}

/** True when the participant's gate has closed since this call was handed over: it may not leave any more. */
export function isHeldBack({ gate, epoch }: Flight): boolean {
  return epoch !== gate.epoch;
}

/** What tells one planned call of a transaction from every other. */
export function flightKey(invoke: Invoke): string {
  return `${invoke.op}/${invoke.attempt}/${invoke.branch}`;
}

/** Also in what it carries: a person may have edited the payload, or given another policy, while it waited for a place. */
export function isSameCall(a: Invoke, b: Invoke): boolean {
  return a.attempt === b.attempt && a.branch === b.branch && a.op === b.op && a.timeoutMs === b.timeoutMs && a.payload === b.payload;
}
