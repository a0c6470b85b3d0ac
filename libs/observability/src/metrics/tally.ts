/** A counter for the hot path: numbers in a map, handed to prom-client when it is scraped. */
import { Counter, type Registry } from 'prom-client';

export interface TallyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** Combinations beyond it are counted together under `other`. */
const MAX_SERIES = 2_000;
const OTHER = 'other';
const SEPARATOR = '\n';

export class Tally {
  readonly #options: TallyOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: TallyOptions, registry: Registry) {
    this.#options = options;
    const { name, help, labelNames } = options;
    const write = (counter: Counter) => this.#writeTo(counter);
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        write(this);
      },
    });
  }

  /** Shows 0 for these label values, so that the first event is seen as an increase. */
  begin(...labelValues: readonly string[]): void {
    this.addMany(0, labelValues);
  }

  /** Counts one event with these label values, in the order of the label names. */
  add(...labelValues: readonly string[]): void {
    this.addMany(1, labelValues);
  }

  /** Counts `amount` events at once. */
  addMany(amount: number, labelValues: readonly string[]): void {
    const key = labelValues.join(SEPARATOR);
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count + amount);
    else if (this.#counts.size < MAX_SERIES) this.#counts.set(key, amount);
    else {
      const others = labelValues.map(() => OTHER).join(SEPARATOR);
      this.#counts.set(others, (this.#counts.get(others) ?? 0) + amount);
    }
  }

  #writeTo(counter: Counter): void {
    counter.reset();
    for (const [key, count] of this.#counts) {
      const values = key.split(SEPARATOR);
      counter.inc(Object.fromEntries(this.#options.labelNames.map((name, at) => [name, values[at] ?? ''])), count);
    }
  }
}
