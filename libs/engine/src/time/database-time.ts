/**
 * Time that decides: database time returned by the last flush plus monotonic time since (DESIGN 7). The wall clock of this machine
 * never decides anything.
 */
import type { Clock } from '../ports/clock.js';

export class DatabaseTime {
  private offsetMs = 0;
  private calibratedAtMs: number | null = null;
  private lastMs = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds since the epoch on the database's clock. Never goes back: the machine is promised monotone time. */
  nowMs(): number {
    const nowMs = Math.floor(this.clock.monotonicMs() + this.offsetMs);
    if (nowMs > this.lastMs) this.lastMs = nowMs;
    return this.lastMs;
  }

  /** Monotonic milliseconds until the database's clock shows `atMs`; not negative. */
  untilMs(atMs: number): number {
    return Math.max(0, atMs - this.clock.monotonicMs() - this.offsetMs);
  }

  /**
   * Takes what a flush returned. The database read its clock at some moment between sending and receiving, so what is believed stands as long as
   * it lies between the two: a flush that waited for a lock or a disk says little, and must not bring a deadline forward by the half of its
   * wait. A clock that jumped ahead is followed at once. One that went back (fail-over to another machine) is followed at half speed, so that
   * time here slows down for a while instead of standing still.
   */
  calibrate(databaseMs: number, sentAtMs: number, receivedAtMs: number): void {
    const leastMs = databaseMs - receivedAtMs;
    const mostMs = databaseMs - sentAtMs;
    if (this.calibratedAtMs === null) {
      this.offsetMs = (leastMs + mostMs) / 2;
    } else if (this.offsetMs < leastMs) {
      this.offsetMs = leastMs;
    } else if (this.offsetMs > mostMs) {
      const mayLoseMs = Math.max(0, receivedAtMs - this.calibratedAtMs) / 2;
      this.offsetMs = Math.max(mostMs, this.offsetMs - mayLoseMs);
    }
    this.calibratedAtMs = receivedAtMs;
  }
}
