/** Something done again and again: never overlapping itself, the next round an interval after the last one ended. */

import type { Timer } from '../ports/clock.js';
import { StoreUnavailableError } from '../ports/transaction-store.js';
import type { Due, Scheduler } from './scheduler.js';

export class Loop implements Due {
  private timer: Timer | null = null;
  private running = false;
  private stopped = false;
  private hurried = false;

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

  /** The next round begins now, or as soon as the present one has ended. */
  hurry(): void {
    this.hurried = true;
    if (this.running) return;
    this.timer?.cancel();
    this.due();
  }

  due(): void {
    if (this.stopped || this.running) return;
    this.running = true;
    this.hurried = false;
    void this.run();
  }

  private async run(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) this.failed(error);
    }
    this.running = false;
    if (!this.stopped) this.timer = this.scheduler.after(this.hurried ? 0 : this.intervalMs(), this);
  }
}
