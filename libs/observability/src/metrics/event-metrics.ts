/** What the relay of events tells about itself, as metrics. */
import { Gauge, type Registry } from 'prom-client';
import { eventMetrics, type MetricEntry } from './catalogue.js';
import { type Series, SeriesHistogram } from './series-histogram.js';
import { Tally } from './tally.js';

/** Seconds. A round of the relay takes some milliseconds; while the broker is away it is minutes and hours. */
const LAG_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600];

export class EventMetrics {
  readonly #published: Tally;
  readonly #lag: Series;
  #rows = 0;
  #oldestMs = 0;
  #setAside = 0;

  constructor(registry: Registry) {
    const { published, lag, rows, oldest, setAside } = eventMetrics;
    this.#published = new Tally({ name: published.name, help: published.help, labelNames: [] }, registry);
    this.#published.begin();
    const histogram = new SeriesHistogram({ name: lag.name, help: lag.help, labelNames: [], bounds: LAG_SECONDS });
    histogram.registerIn(registry);
    this.#lag = histogram.series();
    gauge(rows, registry, () => this.#rows);
    gauge(oldest, registry, () => this.#oldestMs / 1_000);
    gauge(setAside, registry, () => this.#setAside);
  }

  /** An event was acknowledged `lagMs` after its image was made. */
  published(lagMs: number): void {
    this.#published.add();
    this.#lag.observe(lagMs / 1_000);
  }

  /** How many events wait, and since when, as was last seen. */
  waiting(rows: number, oldestMs: number): void {
    this.#rows = rows;
    this.#oldestMs = oldestMs;
  }

  /** How many events are set aside, as was last seen. */
  setAside(rows: number): void {
    this.#setAside = rows;
  }
}

function gauge({ name, help }: MetricEntry, registry: Registry, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
