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
   * Takes what a flush returned. The database read its clock somewhere between sending and receiving: the middle halves the error and leans to
   * neither side. A database clock that went back (fail-over to another machine) is followed at half speed, so that time here slows
   * down for a while instead of standing still.
   */
  calibrate(databaseMs: number, sentAtMs: number, receivedAtMs: number): void {
    const offsetMs = databaseMs - (sentAtMs + receivedAtMs) / 2;
    if (this.calibratedAtMs === null || offsetMs >= this.offsetMs) {
      this.offsetMs = offsetMs;
    } else {
      const mayLoseMs = Math.max(0, receivedAtMs - this.calibratedAtMs) / 2;
      this.offsetMs = Math.max(offsetMs, this.offsetMs - mayLoseMs);
    }
    this.calibratedAtMs = receivedAtMs;
  }
}
