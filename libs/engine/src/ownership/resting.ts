/**
 * What a row at rest owes, judged without taking it into memory: whether it is worth a claim now, or only waits for a participant to which
 * nothing is sent.
 */
import { type Plan, planFor, type Transaction } from '@assent/protocol';
import { type Holds, heldRestOf } from '../dispatch/index.js';
import type { Policies } from '../policies.js';
import type { StoredTransaction } from '../ports/transaction-store.js';
import { transactionIfKnown } from '../rows.js';
import type { DatabaseTime } from '../time/index.js';

export interface RestingPorts {
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly dispatch: Holds & { readonly isHolding: boolean };
  readonly restAfterMs: number;
}

export class Resting {
  constructor(private readonly ports: RestingPorts) {}

  /** True when rows have to be judged at all. */
  get isHolding(): boolean {
    return this.ports.dispatch.isHolding;
  }

  /** Until when a row that is due may go on resting, because all it owes is held back; `null`: it has to be claimed. */
  heldUntilMs(row: StoredTransaction): number | null {
    const read = row.owner === null ? this.read(row) : null;
    if (read === null) return null;
    const { dispatch, restAfterMs } = this.ports;
    return heldRestOf(read.tx, read.plan, dispatch, read.nowMs, restAfterMs)?.untilMs ?? null;
  }

  /** True when a row at rest owes a call now, whatever its `due_at` says: it was put to rest because its participant could not be called. */
  owesNow(row: StoredTransaction): boolean {
    const read = row.owner === null ? this.read(row) : null;
    return read !== null && read.plan.invokes.length > 0;
  }

  /** `null` where only a claim finds out: an unknown policy, or a row that cannot be read. */
  private read(row: StoredTransaction): { readonly tx: Transaction; readonly plan: Plan; readonly nowMs: number } | null {
    const nowMs = this.ports.time.nowMs();
    try {
      const tx = transactionIfKnown(row, this.ports.policies);
      return tx === null ? null : { tx, plan: planFor(tx, tx, nowMs), nowMs };
    } catch {
      return null;
    }
  }
}
