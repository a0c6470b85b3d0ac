/** The FIFO of whole transactions on a database with one writing connection (DESIGN section 6, end). Bounded in length and in waiting. */
import { LockWaitError, TooManyWaitingError } from './errors.js';

interface Waiter {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

export class Turns {
  private taken = false;
  private readonly waiting = new Set<Waiter>();

  constructor(private readonly maxWaiting: number) {}

  /**
   * Resolves when it is the caller's turn, who must `give` it back. Throws `LockWaitError` when that took longer than `waitMs`, and
   * `TooManyWaitingError` at once when the queue is full.
   */
  take(waitMs: number): Promise<void> {
    if (!this.taken) {
      this.taken = true;
      return Promise.resolve();
    }
    if (this.waiting.size >= this.maxWaiting) return Promise.reject(new TooManyWaitingError(this.waiting.size));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(waiter);
        reject(new LockWaitError(`another local transaction kept the database for more than ${waitMs} ms`));
      }, waitMs);
      const waiter: Waiter = { start: resolve, timer };
      this.waiting.add(waiter);
    });
  }

  /** Ends the caller's turn and starts the one that has waited longest. */
  give(): void {
    for (const next of this.waiting) {
      this.waiting.delete(next);
      clearTimeout(next.timer);
      next.start();
      return;
    }
    this.taken = false;
  }
}
