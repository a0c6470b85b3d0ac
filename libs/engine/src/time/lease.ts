/** This node's own lease: how long it may still send calls without having been heard by the others. */
import type { Clock } from '../ports/clock.js';

export class Lease {
  private fromMs = Number.NEGATIVE_INFINITY;
  private isRevoked = false;

  constructor(
    private readonly clock: Clock,
    private readonly lengthMs: number,
  ) {}

  /**
   * A flush sent at `sentAtMs` was confirmed. The lease runs from the sending: an observer cannot have seen this flush's number before, so it
   * cannot have begun to count against it earlier.
   */
  renew(sentAtMs: number): void {
    if (sentAtMs > this.fromMs) this.fromMs = sentAtMs;
  }

  /** Another node has declared this one dead: it never holds again. */
  revoke(): void {
    this.isRevoked = true;
  }

  /** True while no other node can have declared this one dead. */
  isValid(): boolean {
    return !this.isRevoked && this.clock.monotonicMs() - this.fromMs < this.lengthMs;
  }
}
