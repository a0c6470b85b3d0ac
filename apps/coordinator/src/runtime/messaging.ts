/**
 * What this node says over NATS beside branch calls: events from the outbox, and hints to the other nodes. NATS may be away for as long as it likes:
 * events wait in the database, and hints are not needed.
 */
import type { EnginePorts, Outbox } from '@assent/engine';
import { defaultRelayOptions, JetStreamPublisher, NatsHints, Relay, type RelayReport } from '@assent/events';
import { type NatsAddress, NatsClient } from '@assent/nats';
import type { EngineMonitor, EventMetrics } from '@assent/observability';
import type { EventSettings } from '../configuration/index.js';
import { systemClock } from './system-clock.js';

/** Part of the time to drain: what is not published by then, other nodes or the next start publish. */
const LAST_EVENTS_MS = 2_000;

export interface MessagingOptions {
  readonly address: NatsAddress;
  readonly nodeName: string;
  /** `null`: hints only. */
  readonly events: EventSettings | null;
  readonly outbox: Outbox;
  readonly metrics: EventMetrics;
  readonly monitor: EngineMonitor;
  /** The incarnation under which the engine writes now, or `null`. */
  readonly incarnation: () => string | null;
}

export class Messaging {
  private readonly nats: NatsClient;
  private readonly hints: NatsHints;
  private readonly relay: Relay | null;

  constructor(options: MessagingOptions) {
    const { address, nodeName, events, outbox, incarnation, monitor } = options;
    this.nats = NatsClient.open({
      address,
      name: `assent ${nodeName}`,
      onChange: (state, detail) => {
        monitor.info(`NATS is ${state}`, { detail });
        if (state === 'connected') this.relay?.retry();
      },
    });
    this.hints = new NatsHints(this.nats);
    if (events === null) {
      this.relay = null;
      return;
    }
    const publisher = new JetStreamPublisher(this.nats, { maxAgeMs: events.retentionMs, replicas: events.replicas });
    const parts = { outbox, publisher, clock: systemClock, report: reportTo(options), wallClockMs: () => Date.now(), incarnation };
    this.relay = new Relay(parts, defaultRelayOptions);
  }

  /** What the engine is given. */
  get ports(): Pick<EnginePorts, 'announcer' | 'hints'> {
    return this.relay === null ? { hints: this.hints } : { hints: this.hints, announcer: this.relay };
  }

  start(): void {
    this.relay?.start();
  }

  /** Publishes what the engine has written last, as far as the time reaches, and closes the connection. After the engine, before the store. */
  async stop(): Promise<void> {
    await this.relay?.stop(LAST_EVENTS_MS);
    await this.nats.close();
  }
}

function reportTo({ metrics, monitor }: MessagingOptions): RelayReport {
  return {
    published: (lagMs) => metrics.published(lagMs),
    waiting: (rows, oldestMs) => metrics.waiting(rows, oldestMs),
    adopted: (rows) => monitor.info('took over events of a node that is gone', { rows }),
    failing: (detail) => monitor.alarm('events_not_published', detail),
    refused: ({ gid, version, cause }) => monitor.alarm('event_refused', `the event ${gid}:${version} is set aside: ${cause}`, { gid }),
    setAside: (rows) => metrics.setAside(rows),
    recovered: () => monitor.info('publishing events again', {}),
  };
}
