/** What happened in a run: a digest of all of it, and its text when somebody wants to read it. */
export class Journal {
  private readonly written: string[] = [];
  private low = 0x811c9dc5;
  private high = 0x1b873593;

  constructor(
    private readonly nowMs: () => number,
    private readonly mode: 'digest' | 'text',
  ) {}

  /** Two runs with the same digest did the same things in the same order. */
  get digest(): string {
    return [this.high, this.low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  get lines(): readonly string[] {
    return this.written;
  }

  /** @param more for people only: it may differ between two runs that do the same. */
  note(who: string, what: string, more = ''): void {
    this.mix(`${this.nowMs()}`);
    this.mix(who);
    this.mix(what);
    if (this.mode === 'text')
      this.written.push(`${this.nowMs().toFixed(1).padStart(9)}  ${who.padEnd(12)} ${what}${more === '' ? '' : ` ${more}`}`);
  }

  /** FNV-1a, twice with different beginnings. */
  private mix(text: string): void {
    let { low, high } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code ^ (low >>> 13), 0x01000193);
    }
    this.low = low;
    this.high = high;
  }
}
