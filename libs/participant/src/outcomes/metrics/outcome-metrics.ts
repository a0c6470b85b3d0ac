/** Everything that is measured of the consumers of an application, for whatever registry it shows to Prometheus. */
import { Gauge, type Registry } from 'prom-client';
import type { DeliveryMetrics } from './delivery-metrics.js';

export interface OutcomeMetricsParts {
  readonly service: string;
  readonly deliveries: DeliveryMetrics;
  /** Dead letters that wait, by consumer; also those of consumers that this application no longer has. */
  readonly waitingLetters: () => Promise<ReadonlyMap<string, number>>;
  /** Age of the oldest event that is not acknowledged, by consumer, in milliseconds; none while NATS is away. */
  readonly lagsMs: () => Promise<ReadonlyMap<string, number>>;
}

export class OutcomeMetrics {
  constructor(private readonly parts: OutcomeMetricsParts) {}

  /**
   * Adds `assent_consumer_*` to a registry of prom-client, once. Two of them, the dead letters and the lag, are asked of the database and of NATS at every
   * scrape, and are absent while those cannot say.
   */
  registerIn(registry: Registry): void {
    const { deliveries, waitingLetters, lagsMs } = this.parts;
    deliveries.registerIn(registry);
    this.gauge(registry, 'assent_consumer_dead_letters', 'Dead letters that wait for a person', waitingLetters);
    this.gauge(registry, 'assent_consumer_lag_seconds', 'Age of the oldest event that a consumer has not acknowledged', async () => {
      const lags = await lagsMs();
      return new Map([...lags].map(([consumer, lagMs]) => [consumer, lagMs / 1_000]));
    });
  }

  private gauge(registry: Registry, name: string, help: string, read: () => Promise<ReadonlyMap<string, number>>): void {
    const { service } = this.parts;
    new Gauge({
      name,
      help,
      labelNames: ['service', 'consumer'],
      registers: [registry],
      async collect() {
        this.reset();
        // A scrape must not fail for one that cannot be read.
        const values = await read().catch(() => new Map<string, number>());
        for (const [consumer, value] of values) this.set({ service, consumer }, value);
      },
    });
  }
}
