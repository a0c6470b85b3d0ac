/** Metrics of a service that is not a coordinator: its process, and gauges that it reads from its own database when it is scraped. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { RecentReading } from './recent-reading.js';

export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #service: string;

  /** `service`: its name, a label of every gauge. */
  constructor(service: string) {
    this.#service = service;
    collectDefaultMetrics({ register: this.#registry });
  }

  /**
   * A gauge whose values are read at a scrape, at most every five seconds. While they cannot be read it shows nothing. `labels` are the names of the labels
   * beside `service`.
   */
  gauge(name: string, help: string, labels: readonly string[], read: () => Promise<readonly Reading[]>): void {
    const recent = new RecentReading(read, () => performance.now());
    const service = this.#service;
    new Gauge({
      name,
      help,
      labelNames: ['service', ...labels],
      registers: [this.#registry],
      async collect() {
        this.reset();
        for (const reading of (await recent.value()) ?? []) this.set({ service, ...reading.labels }, reading.value);
      },
    });
  }

  /** Metrics that somebody else has, such as the `OutcomeMetrics` of consumers of events. */
  include(metrics: { registerIn(registry: Registry): void }): void {
    metrics.registerIn(this.#registry);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus reads. */
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}
