/**
 * The rest of transactions that owe nothing but calls which are held back for long: they leave memory, so that what waits for one participant takes
 * no place from the others, and are looked at again from time to time even if nobody fetches them.
 */
import { type Attention, attentionOf, type Endpoint, type Plan, type Transaction } from '@assent/protocol';
import type { Hold } from './dispatch.js';

/** What is asked of the gates. */
export interface Holds {
  holdOf(invokes: Plan['invokes']): readonly Hold[] | null;
}

export interface HeldRest {
  readonly holds: readonly Hold[];
  /** Database time. */
  readonly untilMs: number;
}

/** A pause ends by an order that fetches what rests; this is for an order whose nodes died while they carried it out. In milliseconds. */
const PAUSED_LOOK_MS = 300_000;

/**
 * The rest that `plan` permits, or `null`: something of it may leave, or comes due so soon that resting is not worth a flush. Only for a
 * transaction without calls in the air. No longer than the cap of its policy, as if it were retrying (DESIGN 3, V).
 */
export function heldRestOf(tx: Transaction, plan: Plan, holds: Holds, nowMs: number, restAfterMs: number): HeldRest | null {
  const held = holds.holdOf(plan.invokes);
  if (held === null) return null;
  const isPaused = held.every(({ code }) => code === 'dispatch_paused');
  const longestMs = Math.max(isPaused ? PAUSED_LOOK_MS : tx.policy.capMs, restAfterMs * 2);
  const untilMs = Math.min(plan.wakeAtMs ?? Number.POSITIVE_INFINITY, nowMs + longestMs);
  return untilMs > nowMs + restAfterMs ? { holds: held, untilMs } : null;
}

/** What the attention table says of a transaction that rests like this: what is held back waits for its participant, whatever its last attempt ended with. */
export function attentionOfHeld(
  tx: Transaction,
  holds: readonly Hold[],
  participantOf: (endpoint: Endpoint) => string,
): readonly Attention[] {
  const isHeld = (branch: string) => holds.some((hold) => hold.branch === branch);
  return [
    ...attentionOf(tx, true, participantOf).filter(({ kind, branch }) => kind !== 'retrying' || !isHeld(branch)),
    ...holds.map(({ branch, participant, code, sinceMs }) => {
      return { branch, kind: 'waiting' as const, code, participant, sinceMs: Math.max(sinceMs, tx.createdAtMs) };
    }),
  ];
}
