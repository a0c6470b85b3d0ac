/**
 * A process: what happens to it happens one event at a time, not at all while it is stopped, and never again once it is gone. Its clock is its
 * own: it began at another moment and runs a little faster or slower than the others.
 */
import type { Clock, Timer } from '@assent/engine';
import type { SimRandom } from './random.js';
import type { Timeline } from './timeline.js';

/** Quartz is right to some 100 millionths. */
const LARGEST_DRIFT = 1e-4;
const LARGEST_OFFSET_MS = 1_000_000;

export class SimProcess implements Clock {
  private state: 'running' | 'stopped' | 'gone' = 'running';
  private readonly held: (() => void)[] = [];
  private readonly offsetMs: number;
  private readonly rate: number;

  constructor(
    private readonly timeline: Timeline,
    readonly name: string,
    random: SimRandom,
  ) {
    this.offsetMs = random.between(0, LARGEST_OFFSET_MS);
    this.rate = 1 + random.between(-LARGEST_DRIFT, LARGEST_DRIFT);
  }

  get isGone(): boolean {
    return this.state === 'gone';
  }

  get isStopped(): boolean {
    return this.state === 'stopped';
  }

  /** Something reaches this process: at once, when it goes on, or never. */
  deliver(happens: () => void): void {
    if (this.state === 'running') happens();
    else if (this.state === 'stopped') this.held.push(happens);
  }

  /** kill -9. */
  kill(): void {
    this.state = 'gone';
    this.held.length = 0;
  }

  /** SIGSTOP. */
  stop(): void {
    if (this.state === 'running') this.state = 'stopped';
  }

  /** SIGCONT: what was held up happens now, one after the other. */
  resume(): void {
    if (this.state !== 'stopped') return;
    this.state = 'running';
    for (const happens of this.held.splice(0)) this.timeline.after(0, () => this.deliver(happens));
  }

  monotonicMs(): number {
    return this.offsetMs + this.timeline.nowMs * this.rate;
  }

  after(delayMs: number, run: () => void): Timer {
    let isCancelled = false;
    const timer = this.timeline.after(delayMs / this.rate, () => {
      this.deliver(() => {
        if (!isCancelled) run();
      });
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  soon(run: () => void): void {
    this.timeline.after(0, () => this.deliver(run));
  }
}
