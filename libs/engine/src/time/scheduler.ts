/**
 * All timers of the engine behind one timer of the clock: a heap of what is due when. Cancelled entries stay in the heap until they come
 * up, so that cancelling costs nothing (nearly every deadline is cancelled); when they are the majority the heap is rebuilt without them.
 */
import TinyQueue from 'tinyqueue';
import type { Clock, Timer } from '../ports/clock.js';

/** Something that wants to be called at a time. An object instead of a closure: one is armed for every transaction. */
export interface Due {
  due(): void;
}

/** The clock is never asked for more: Node's timers overflow beyond 2^31 ms. */
const LONGEST_SLEEP_MS = 3_600_000;
/** Below this many entries a rebuild is not worth it. */
const SMALLEST_REBUILD = 1_024;

class Entry implements Timer {
  constructor(
    readonly atMs: number,
    /** `null` once cancelled or called: an entry that stays in the heap must not hold on to a whole transaction. */
    private target: Due | null,
    private readonly scheduler: Scheduler,
  ) {}

  get isLive(): boolean {
    return this.target !== null;
  }

  cancel(): void {
    if (this.take() !== null) this.scheduler.noteCancelled();
  }

  /** What is to be called, once. What is called may look at its timer afterwards: cancelling it then counts nothing. */
  take(): Due | null {
    const { target } = this;
    this.target = null;
    return target;
  }
}

export class Scheduler {
  private heap = new TinyQueue<Entry>([], earliestFirst);
  private cancelledInHeap = 0;
  private sleep: Timer | null = null;
  private sleepsUntilMs = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(private readonly clock: Clock) {}

  /** Entries held, cancelled ones included. */
  get size(): number {
    return this.heap.length;
  }

  /** Calls `target.due()` once, not before `delayMs` from now. */
  after(delayMs: number, target: Due): Timer {
    const entry = new Entry(this.clock.monotonicMs() + delayMs, target, this);
    if (this.stopped) return entry;
    this.heap.push(entry);
    if (entry.atMs < this.sleepsUntilMs) this.sleepUntil(entry.atMs);
    return entry;
  }

  /** Forgets everything; nothing is called any more. */
  stop(): void {
    this.stopped = true;
    this.heap = new TinyQueue<Entry>([], earliestFirst);
    this.sleep?.cancel();
    this.sleep = null;
  }

  /** For `Entry.cancel`: keeps the heap from filling with what will never be called. */
  noteCancelled(): void {
    this.cancelledInHeap += 1;
    if (this.cancelledInHeap < SMALLEST_REBUILD || this.cancelledInHeap * 2 < this.heap.length) return;
    const live = this.heap.data.filter((entry) => entry.isLive);
    this.heap = new TinyQueue(live, earliestFirst);
    this.cancelledInHeap = 0;
  }

  private sleepUntil(atMs: number): void {
    this.sleep?.cancel();
    this.sleepsUntilMs = atMs;
    const delayMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, atMs - this.clock.monotonicMs()));
    this.sleep = this.clock.after(delayMs, this.wake);
  }

  private readonly wake = (): void => {
    this.sleep = null;
    this.sleepsUntilMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock.monotonicMs();
    for (let next = this.heap.peek(); next !== undefined && next.atMs <= nowMs; next = this.heap.peek()) {
      this.heap.pop();
      const target = next.take();
      if (target === null) this.cancelledInHeap -= 1;
      else target.due();
    }
    const next = this.heap.peek();
    if (next !== undefined && !this.stopped && next.atMs < this.sleepsUntilMs) this.sleepUntil(next.atMs);
  };
}

function earliestFirst(a: Entry, b: Entry): number {
  return a.atMs - b.atMs;
}
