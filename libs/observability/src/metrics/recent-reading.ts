/** A value that is dear to read: kept for a few seconds, read once for all who ask meanwhile, and never waited for long. */

/** A scrape interval of 15 s sees every reading anew; ten metrics of one scrape share one. */
const FRESH_FOR_MS = 5_000;
/** A scrape ends after 10 s by Prometheus' default: the other metrics must not be lost because the database is slow. */
const WAIT_AT_MOST_MS = 2_000;

export class RecentReading<Value> {
  #last: { readonly value: Value | null; readonly atMs: number } | null = null;
  #underWay: Promise<Value | null> | null = null;

  constructor(
    private readonly read: () => Promise<Value>,
    private readonly monotonicMs: () => number,
  ) {}

  /** The value, at most five seconds old; `null` when it cannot be read now. Never rejects. */
  async value(): Promise<Value | null> {
    if (this.#last !== null && this.monotonicMs() - this.#last.atMs < FRESH_FOR_MS) return this.#last.value;
    this.#underWay ??= this.#readOnce();
    return withinTime(this.#underWay);
  }

  async #readOnce(): Promise<Value | null> {
    let value: Value | null = null;
    try {
      value = await this.read();
    } catch {
      // Shown by its absence.
    }
    this.#last = { value, atMs: this.monotonicMs() };
    this.#underWay = null;
    return value;
  }
}

async function withinTime<Value>(reading: Promise<Value | null>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), WAIT_AT_MOST_MS);
  });
  const value = await Promise.race([reading, late]);
  clearTimeout(timer);
  return value;
}
