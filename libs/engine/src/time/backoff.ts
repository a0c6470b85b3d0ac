/** Back-off of the engine's own retries against the store: doubling, capped, jittered. */
import type { Clock, Random } from '../ports/clock.js';

export class Backoff {
  private nextMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly firstMs: number,
    private readonly largestMs: number,
  ) {
    this.nextMs = firstMs;
  }

  /** Waits for the next interval: at least half of it, so that nodes that failed together do not come back together. */
  pause(): Promise<void> {
    const delayMs = this.nextMs * (0.5 + this.random.fraction() / 2);
    this.nextMs = Math.min(this.largestMs, this.nextMs * 2);
    return new Promise((resolve) => {
      this.clock.after(delayMs, resolve);
    });
  }

  reset(): void {
    this.nextMs = this.firstMs;
  }
}
