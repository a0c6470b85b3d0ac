/** Something done again and again: never overlapping itself, the next round an interval after the last one ended. */

import type { Timer } from '../ports/clock.js';
import { StoreUnavailableError } from '../ports/transaction-store.js';
import type { Due, Scheduler } from './scheduler.js';

export class Loop implements Due {
  private timer: Timer | null = null;
  private running = false;
  private stopped = false;

  /**
   * `round` does one round. A round that throws is told to `failed` and does not end the loop; a store that is away is expected and told to
   * nobody, because the writer has told it already.
   */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly intervalMs: () => number,
    private readonly round: () => Promise<void> | void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Starts with a round at once. */
  start(): void {
    this.due();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  due(): void {
    if (this.stopped || this.running) return;
    this.running = true;
    void this.run();
  }

  private async run(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) this.failed(error);
    }
    this.running = false;
    if (!this.stopped) this.timer = this.scheduler.after(this.intervalMs(), this);
  }
}
