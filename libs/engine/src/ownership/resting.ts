/**
 * What a row at rest owes, judged without taking it into memory: whether it is worth a claim now, or only waits for a participant to which
 * nothing is sent.
 */
import { type Attention, type Plan, planFor, type Transaction } from '@assent/protocol';
import { attentionOfHeld, type Dispatch, heldRestOf } from '../dispatch/index.js';
import type { Resident } from '../driver/index.js';
import type { Policies } from '../policies.js';
import type { BranchInvoker } from '../ports/branch-invoker.js';
import type { StoredTransaction } from '../ports/transaction-store.js';
import { transactionIfKnown } from '../rows.js';
import type { DatabaseTime } from '../time/index.js';

export interface RestingPorts {
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly dispatch: Pick<Dispatch<Resident>, 'isHolding' | 'holdOf' | 'areBusy' | 'noteResting'>;
  readonly invoker: Pick<BranchInvoker, 'participantOf'>;
  readonly restAfterMs: number;
}

export type Judgement =
  | { readonly kind: 'worth a claim' }
  /** All it owes is held back: it may go on resting until then, by database time. */
  | { readonly kind: 'held'; readonly untilMs: number; readonly attention: readonly Attention[] }
  /** It would only wait in memory behind so many others of its participant. */
  | { readonly kind: 'busy' };

const WORTH_A_CLAIM: Judgement = { kind: 'worth a claim' };
const BUSY: Judgement = { kind: 'busy' };

export class Resting {
  constructor(private readonly ports: RestingPorts) {}

  /** True when rows have to be judged at all. */
  get isHolding(): boolean {
    return this.ports.dispatch.isHolding;
  }

  /** What is to become of a row that is due. */
  judge(row: StoredTransaction): Judgement {
    const read = row.owner === null ? this.read(row) : null;
    if (read === null) return WORTH_A_CLAIM;
    const { dispatch, invoker, restAfterMs } = this.ports;
    const { tx, plan, nowMs } = read;
    const rest = heldRestOf(tx, plan, dispatch, nowMs, restAfterMs);
    if (rest !== null) {
      dispatch.noteResting(rest.holds);
      const attention = attentionOfHeld(tx, rest.holds, (endpoint) => invoker.participantOf(endpoint));
      return { kind: 'held', untilMs: rest.untilMs, attention };
    }
    const hasMoreToDo = plan.wakeAtMs !== null && plan.wakeAtMs <= nowMs;
    return !hasMoreToDo && dispatch.areBusy(plan.invokes) ? BUSY : WORTH_A_CLAIM;
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
