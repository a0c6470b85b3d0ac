/**
 * The gate in front of one participant: whether a call may be handed to the transport now, and who waits while none may. It is closed by an open
 * breaker, by an operator's pause, while a participant that has just come back takes what waited for it little by little, and while more is
 * under way than one participant may occupy of this node. Nothing that waits here has used up an attempt.
 */
import type { Outcome } from '@assent/protocol';
import { Breaker, type BreakerPolicy, judgeOutcome } from './breaker.js';

export interface GatePause {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Why calls wait here, as it stands in the table `attention`. */
export type HoldCode = 'dispatch_paused' | 'breaker_open' | 'participant_busy';

export interface GateLimits {
  /** Calls handed to the transport and not ended, queued ones included: beyond it, one participant would fill this node's memory. */
  readonly mostHanded: number;
  /** Transactions that wait here in memory before no more are fetched for this participant. */
  readonly mostHeld: number;
  /** True while this node's memory is so full that whoever waits here has to make room for the others. */
  readonly isCrowded: () => boolean;
}

/** What a call has to say for itself when it ends: of an older epoch it is no longer about the present. */
export type Verdict = 'opened' | 'reopened' | 'closed' | 'unchanged';

/** `Waiting`: who waits at the gate. */
export class Gate<Waiting> {
  readonly breaker: Breaker;
  /** Moves whenever calls that were handed over before must not leave any more, and say nothing about the present when they end. */
  epoch = 0;
  /** True while calls pass without being looked at. */
  isClear = true;
  /** True when transactions have been put to rest because of this gate, and must be fetched when it lets calls through again. */
  hasSentToRest = false;
  private pauseOrder: GatePause | null = null;
  private handedNow = 0;
  private isProbing = false;
  /** How many may be under way while it recovers. */
  private window = Number.POSITIVE_INFINITY;
  private readonly waiting = new Set<Waiting>();

  constructor(
    readonly participant: string,
    policy: BreakerPolicy,
    private readonly limits: GateLimits,
    /** Told when `isClear` may have changed. */
    private readonly changed: (gate: Gate<Waiting>) => void,
  ) {
    this.breaker = new Breaker(policy);
  }

  get pause(): GatePause | null {
    return this.pauseOrder;
  }

  get handed(): number {
    return this.handedNow;
  }

  get held(): number {
    return this.waiting.size;
  }

  /** True when a call may be handed over now. */
  get hasRoom(): boolean {
    if (this.pauseOrder !== null || this.breaker.state === 'open') return false;
    if (this.breaker.state === 'half_open') return !this.isProbing;
    return this.handedNow < Math.min(this.window, this.limits.mostHanded);
  }

  /** How many calls more may be handed over now, beside those that wait already. */
  get room(): number {
    if (!this.hasRoom) return 0;
    if (this.breaker.state === 'half_open') return 1;
    return Math.max(0, Math.min(this.window, this.limits.mostHanded) - this.handedNow - this.waiting.size);
  }

  /** Why nothing passes for so long that whoever waits need not stay in memory; `null`: it passes, or will in a moment. */
  get longHold(): HoldCode | null {
    if (this.isClear || this.hasRoom) return null;
    if (this.pauseOrder !== null) return 'dispatch_paused';
    if (this.breaker.state !== 'closed') return this.breaker.isOutage || this.isBusy ? 'breaker_open' : null;
    return this.isBusy && this.limits.isCrowded() ? 'participant_busy' : null;
  }

  /** Since when an order or the breaker is in the way, database time; `null`: neither is. */
  get heldSinceMs(): number | null {
    if (this.pauseOrder !== null) return this.pauseOrder.atMs;
    return this.breaker.state === 'closed' ? null : this.breaker.sinceMs;
  }

  /** Since when a half-open breaker has waited for somebody to call, database time; `null`: it does not, or somebody does. */
  get idleSinceMs(): number | null {
    const isIdle = this.breaker.state === 'half_open' && this.handedNow === 0 && this.waiting.size === 0;
    return isIdle ? this.breaker.openUntilMs : null;
  }

  /** True when so much waits here that nothing more need be fetched for now. */
  get isBusy(): boolean {
    return !this.isClear && this.waiting.size >= this.limits.mostHeld && !this.hasRoom;
  }

  /** Takes a call on its way, or makes `who` wait: it is handed back by `next`. */
  admit(who: Waiting): boolean {
    if (!(this.isClear && this.handedNow < this.limits.mostHanded)) {
      if (!this.hasRoom) {
        this.waiting.add(who);
        this.judge();
        return false;
      }
      if (this.breaker.state === 'half_open') this.isProbing = true;
    }
    this.handedNow += 1;
    return true;
  }

  /** Whoever has waited longest; `undefined`: nobody waits. */
  next(): Waiting | undefined {
    for (const first of this.waiting) {
      this.waiting.delete(first);
      return first;
    }
    return undefined;
  }

  forget(who: Waiting): void {
    this.waiting.delete(who);
  }

  /** All who wait, oldest first. */
  waiters(): Iterable<Waiting> {
    return this.waiting;
  }

  /** A call that was handed over in `epoch` has ended. `outcome: null`: it never left. */
  ended(epoch: number, outcome: Outcome | null, nowMs: number): Verdict {
    this.handedNow -= 1;
    if (epoch !== this.epoch) return this.unchanged();
    if (outcome === null) {
      this.isProbing = false;
      return this.unchanged();
    }
    switch (judgeOutcome(outcome)) {
      case 'alive':
        return this.alive(nowMs);
      case 'failed':
        return this.failed(outcome as Outcome & { readonly kind: 'unknown' }, nowMs);
      case 'nothing':
        this.isProbing = false;
        return this.unchanged();
    }
  }

  /** The time of an open breaker is up. */
  halfOpen(): void {
    this.breaker.halfOpen();
    this.isProbing = false;
  }

  /** A person closes the breaker: what waits goes on little by little. */
  reset(nowMs: number): void {
    const wasClosed = this.breaker.state === 'closed';
    this.breaker.close(nowMs);
    this.isProbing = false;
    if (!wasClosed) this.window = 1;
    this.judge();
  }

  pauseWith(order: GatePause): void {
    if (this.pauseOrder === null) this.epoch += 1;
    this.pauseOrder = order;
    this.isProbing = false;
    this.judge();
  }

  resume(): void {
    if (this.pauseOrder === null) return;
    this.pauseOrder = null;
    this.window = 1;
    this.judge();
  }

  private alive(nowMs: number): Verdict {
    const closes = this.breaker.succeeded(nowMs);
    this.isProbing = false;
    if (this.isClear) return 'unchanged';
    // Doubles within the time of one round of calls.
    this.window = closes ? 2 : this.window + 1;
    this.judge();
    return closes ? 'closed' : 'unchanged';
  }

  private failed({ code, message, retryAfterMs }: Outcome & { readonly kind: 'unknown' }, nowMs: number): Verdict {
    const wasClosed = this.breaker.state === 'closed';
    this.isProbing = false;
    if (!this.breaker.failed(nowMs, { code, message }, retryAfterMs)) {
      if (Number.isFinite(this.window)) this.window = Math.max(1, Math.floor(this.window / 2));
      return 'unchanged';
    }
    this.epoch += 1;
    this.judge();
    return wasClosed ? 'opened' : 'reopened';
  }

  private unchanged(): Verdict {
    if (!this.isClear) this.judge();
    return 'unchanged';
  }

  /** Nobody waits and nothing is in the way: calls pass freely again. */
  private judge(): void {
    const isFree = this.pauseOrder === null && this.breaker.state === 'closed' && this.waiting.size === 0;
    this.isClear = isFree && (!Number.isFinite(this.window) || this.handedNow < this.window) && this.handedNow < this.limits.mostHanded;
    if (this.isClear) this.window = Number.POSITIVE_INFINITY;
    this.changed(this);
  }
}
