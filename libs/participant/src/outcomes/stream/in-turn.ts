/** Runs work on several things at once, and on one thing in the order in which it came. */

export class InTurn {
  private readonly last = new Map<string, Promise<void>>();
  private running = 0;
  private waiting: (() => void)[] = [];

  /** `most`: how much may be accepted and not ended. The caller asks for `room` before it runs something. */
  constructor(private readonly most: number) {}

  /** Resolves once at least half is free, with how much: to ask for one at a time would cost a round trip each. */
  async room(): Promise<number> {
    while (this.running > this.most / 2) await this.change();
    return Math.max(1, this.most - this.running);
  }

  /** Resolves once nothing runs. */
  async idle(): Promise<void> {
    while (this.running > 0) await this.change();
  }

  /** `work` never rejects. An empty key stands in nobody's way. */
  run(key: string, work: () => Promise<void>): void {
    this.running += 1;
    const before = key === '' ? undefined : this.last.get(key);
    const present = (before ?? Promise.resolve()).then(work).finally(() => {
      this.running -= 1;
      if (this.last.get(key) === present) this.last.delete(key);
      const waiting = this.waiting;
      this.waiting = [];
      for (const go of waiting) go();
    });
    if (key !== '') this.last.set(key, present);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
