/** A clock that a test moves by hand. Between two events everything that promises can do is done, so a run is the same every time. */
import type { Clock, Timer } from '../src/ports/clock.js';

/** What the database's clock shows when the virtual clock starts. */
const EPOCH_MS = 1_790_000_000_000;

interface Armed extends Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  private nowMs = 1_000;
  private order = 0;
  private timers: Armed[] = [];
  private soonest: Array<() => void> = [];

  monotonicMs(): number {
    return this.nowMs;
  }

  /** What a database on the same clock shows. */
  databaseMs(): number {
    return EPOCH_MS + this.nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    this.order += 1;
    const timer: Armed = { atMs: this.nowMs + delayMs, order: this.order, run, cancel: () => this.disarm(timer) };
    this.timers.push(timer);
    return timer;
  }

  soon(run: () => void): void {
    this.soonest.push(run);
  }

  /** Lets `ms` pass, event by event. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await this.rest();
    while (await this.next(untilMs)) await this.rest();
    this.nowMs = untilMs;
  }

  /** Lets time pass until the condition holds. Fails when it does not within `withinMs` of virtual time. */
  async until(what: string, condition: () => boolean, withinMs = 120_000): Promise<void> {
    const untilMs = this.nowMs + withinMs;
    await this.rest();
    while (!condition()) {
      if (!(await this.next(untilMs))) throw new Error(`after ${withinMs} ms still not so: ${what}`);
      await this.rest();
    }
  }

  /** Lets time pass until the promise is settled, and answers as it did. */
  async settled<T>(promise: Promise<T>, withinMs = 120_000): Promise<T> {
    let done = false;
    const watched = promise.finally(() => {
      done = true;
    });
    watched.catch(() => undefined);
    await this.until('the promise is settled', () => done, withinMs);
    return watched;
  }

  /** Everything that can happen without time passing. */
  async rest(): Promise<void> {
    do {
      for (const run of this.soonest.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.soonest.length > 0);
  }

  /** Goes to the next moment for which something is armed, and runs all that is due then. False when there is none before `untilMs`. */
  private async next(untilMs: number): Promise<boolean> {
    const atMs = this.timers.reduce((earliest, timer) => Math.min(earliest, timer.atMs), Number.POSITIVE_INFINITY);
    if (atMs === Number.POSITIVE_INFINITY || atMs > untilMs) return false;
    this.nowMs = Math.max(this.nowMs, atMs);
    const due = this.timers.filter((timer) => timer.atMs <= this.nowMs);
    for (const timer of due.toSorted((one, other) => one.atMs - other.atMs || one.order - other.order)) {
      // One that ran before it may have cancelled it.
      if (!this.timers.includes(timer)) continue;
      this.disarm(timer);
      timer.run();
    }
    return true;
  }

  private disarm(timer: Armed): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }
}

/** The clock as one process sees it. When the process is gone nothing of it happens any more, whatever it had armed. */
export class ProcessClock implements Clock {
  private isRunning = true;

  constructor(private readonly clock: VirtualClock) {}

  stop(): void {
    this.isRunning = false;
  }

  get isAlive(): boolean {
    return this.isRunning;
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  after(delayMs: number, run: () => void): Timer {
    return this.clock.after(delayMs, () => {
      if (this.isRunning) run();
    });
  }

  soon(run: () => void): void {
    this.clock.soon(() => {
      if (this.isRunning) run();
    });
  }
}
