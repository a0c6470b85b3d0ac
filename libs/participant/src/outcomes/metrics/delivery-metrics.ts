/** What became of deliveries, counted. No label is an id: services, consumers and the ends below are few. */
import { Counter, Histogram, type Registry } from 'prom-client';

/**
 * `handled`, `repeated` (it had been), `stale` (a newer one had been), `unwanted` (of another status than the consumer takes), `failed` (it comes again),
 * `dead_letter` (a person decides).
 */
export type DeliveryEnd = (typeof ENDS)[number];

const ENDS = ['handled', 'repeated', 'stale', 'unwanted', 'failed', 'dead_letter'] as const;

/** Seconds. A relay and a consumer at work take some milliseconds; with one of them away it is minutes and hours. */
const DELAY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 300, 3_600];

export class DeliveryMetrics {
  private readonly events = new Counter({
    name: 'assent_consumer_events_total',
    help: 'Deliveries of events, by what became of them',
    labelNames: ['service', 'consumer', 'outcome'],
    registers: [],
  });
  private readonly redeliveries = new Counter({
    name: 'assent_consumer_redeliveries_total',
    help: 'Deliveries that were not the first of their event',
    labelNames: ['service', 'consumer'],
    registers: [],
  });
  private readonly delay = new Histogram({
    name: 'assent_consumer_delay_seconds',
    help: 'From the image that an event tells of to the end of its handling',
    labelNames: ['service', 'consumer'],
    buckets: DELAY_SECONDS,
    registers: [],
  });

  /** @param service the first label of everything. */
  constructor(private readonly service: string) {}

  registerIn(registry: Registry): void {
    for (const metric of [this.events, this.redeliveries]) registry.registerMetric(metric);
    registry.registerMetric(this.delay);
  }

  /** Begins a consumer at 0: of a series that appears with its first event Prometheus sees no increase. */
  begin(consumer: string): void {
    const { service } = this;
    for (const outcome of ENDS) this.events.inc({ service, consumer, outcome }, 0);
    this.redeliveries.inc({ service, consumer }, 0);
    this.delay.zero({ service, consumer });
  }

  /** One delivery has ended; `attempt` counts those of its event, 1 is the first. */
  ended(consumer: string, outcome: DeliveryEnd, attempt: number): void {
    const { service } = this;
    this.events.inc({ service, consumer, outcome });
    if (attempt > 1) this.redeliveries.inc({ service, consumer });
  }

  /** An event was handled `delayMs` after its image was made, by two clocks: what is less than nothing counts as nothing. */
  handledAfter(consumer: string, delayMs: number): void {
    this.delay.observe({ service: this.service, consumer }, Math.max(0, delayMs) / 1_000);
  }
}
