/**
 * Callers that wait for a transaction to be decided or final. They are served from durable images only: by the flush that lands here, or, for
 * a transaction that is not in this node's memory, by one look at the store for all of them every 50 ms.
 */
import { isFinal, type Status, type TransactionView } from '@assent/protocol';
import { EngineError } from '../errors.js';
import { FleetingMap } from '../memory/index.js';
import type { Timer } from '../ports/clock.js';
import type { StoredTransaction } from '../ports/transaction-store.js';
import { type Due, Loop, type Scheduler } from '../time/index.js';

export type Until = 'decided' | 'final';

/** What the waiters need to see a transaction that is not in memory. */
export interface WaitersView {
  /** True while this node drives it: then the flush that lands here serves them. */
  isDrivenHere(gid: string): boolean;
  readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]>;
  viewOf(row: StoredTransaction): Promise<TransactionView>;
  /** The durable image as it stands. */
  get(gid: string): Promise<TransactionView>;
}

/** Gids in one look. */
const LOOK_CHUNK = 500;

class Waiter implements Due {
  readonly promise: Promise<TransactionView>;
  resolve!: (view: TransactionView | Promise<TransactionView>) => void;
  timer: Timer | null = null;

  constructor(
    readonly gid: string,
    readonly until: Until,
    private readonly waiters: Waiters,
  ) {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  due(): void {
    this.waiters.timedOut(this);
  }
}

export class Waiters {
  private readonly byGid = new FleetingMap<string, Waiter[]>();
  private readonly loop: Loop;
  private isLooking = false;
  private count = 0;
  /** Where the next look starts, so that a chunk does not starve the rest. */
  private lookFrom = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly maxWaiters: number,
    private readonly pollEveryMs: number,
    private readonly view: WaitersView,
    failed: (error: unknown) => void,
  ) {
    this.loop = new Loop(
      scheduler,
      () => this.pollEveryMs,
      () => this.look(),
      failed,
    );
  }

  get size(): number {
    return this.count;
  }

  /** Waits until the durable image of `gid` is what is waited for, or until time runs out: then answers with it as it stands. */
  wait(gid: string, until: Until, timeoutMs: number): Promise<TransactionView> {
    if (this.count >= this.maxWaiters) {
      throw new EngineError('too_many_waiters', `${this.maxWaiters} callers wait already`, { gid, retryAfterMs: 1_000 });
    }
    const waiter = new Waiter(gid, until, this);
    const others = this.byGid.get(gid);
    if (others === undefined) this.byGid.set(gid, [waiter]);
    else others.push(waiter);
    this.count += 1;
    waiter.timer = this.scheduler.after(timeoutMs, waiter);
    if (!this.isLooking) {
      this.isLooking = true;
      this.loop.start();
    }
    return waiter.promise;
  }

  has(gid: string): boolean {
    return this.byGid.has(gid);
  }

  /** A durable image of `gid` with this status is known. `view` is made at most once, and only if somebody is served. */
  notify(gid: string, status: Status, view: () => TransactionView | Promise<TransactionView>): void {
    const waiting = this.byGid.get(gid);
    if (waiting === undefined) return;
    const left = waiting.filter((waiter) => !isSatisfied(waiter.until, status));
    if (left.length === waiting.length) return;
    const answer = view();
    for (const waiter of waiting) {
      if (!isSatisfied(waiter.until, status)) continue;
      waiter.timer?.cancel();
      waiter.resolve(answer);
    }
    this.count -= waiting.length - left.length;
    if (left.length === 0) this.byGid.delete(gid);
    else this.byGid.set(gid, left);
  }

  /** For a waiter whose time has run out. */
  timedOut(waiter: Waiter): void {
    const waiting = this.byGid.get(waiter.gid);
    if (waiting === undefined || !waiting.includes(waiter)) return;
    const left = waiting.filter((other) => other !== waiter);
    this.count -= 1;
    if (left.length === 0) this.byGid.delete(waiter.gid);
    else this.byGid.set(waiter.gid, left);
    waiter.resolve(this.view.get(waiter.gid));
  }

  /** Answers everybody with the transaction as it stands: this node stops. */
  answerAll(): void {
    this.loop.stop();
    for (const waiting of [...this.byGid.values()]) for (const waiter of waiting) waiter.timer?.cancel();
    for (const waiting of [...this.byGid.values()]) for (const waiter of [...waiting]) this.timedOut(waiter);
  }

  private async look(): Promise<void> {
    const away: string[] = [];
    for (const gid of this.byGid.keys()) if (!this.view.isDrivenHere(gid)) away.push(gid);
    if (away.length === 0) return;
    if (this.lookFrom >= away.length) this.lookFrom = 0;
    const chunk = away.slice(this.lookFrom, this.lookFrom + LOOK_CHUNK);
    this.lookFrom += LOOK_CHUNK;
    for (const row of await this.view.readMany(chunk)) this.notify(row.gid, row.status, () => this.view.viewOf(row));
  }
}

/** True when a durable image with this status is what `until` waits for. */
export function isSatisfied(until: Until, status: Status): boolean {
  return until === 'decided' ? status !== 'active' : isFinal(status);
}
