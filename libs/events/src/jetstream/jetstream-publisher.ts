/**
 * Publishes events to JetStream. The stream is looked for before the first event and again after every failure: a server that lost its disk
 * comes back without it, and nobody else would make it. JetStream acknowledges before its data are on the disk of the server (2.9), so what a power
 * failure takes from it is lost there; the transactions themselves are in the database.
 */
import type { EventRow } from '@assent/engine';
import { type EventStreamOptions, ensureEventStream, type NatsClient } from '@assent/nats';
import { eventId, eventSubject } from '@assent/protocol';
import { JetStreamApiError, type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { type EventPublisher, PublishError } from '../relay/index.js';

/** How long the broker may take to acknowledge an event; milliseconds. */
const ACKNOWLEDGE_MS = 5_000;
/**
 * Error codes of the server for a message that is larger than the stream permits, and one whose header is. Everything else is about the server, the
 * account or the stream, a full or sealed one for instance, and as true for every other event: nothing is set aside for that.
 */
const REFUSED = new Set([10_054, 10_097]);

export class JetStreamPublisher implements EventPublisher {
  private stream: Promise<JetStreamClient> | null = null;

  constructor(
    private readonly nats: NatsClient,
    private readonly options: EventStreamOptions = {},
  ) {}

  async publish(event: EventRow): Promise<void> {
    if (!this.nats.connected) throw new PublishError('away', 'there is no connection to NATS');
    const stream = this.readyStream();
    try {
      const client = await stream;
      await this.nats.untilBroken(
        client.publish(eventSubject(event.name, event.status), event.body, {
          msgID: eventId(event),
          timeout: ACKNOWLEDGE_MS,
          retries: 1,
        }),
      );
    } catch (error) {
      // Whoever was in the air at the same time has the same trouble: one of them looks for the stream again, once.
      if (this.stream === stream) this.stream = null;
      throw asPublishError(error);
    }
  }

  private readyStream(): Promise<JetStreamClient> {
    this.stream ??= this.openStream();
    return this.stream;
  }

  private async openStream(): Promise<JetStreamClient> {
    const connection: NatsConnection = await this.nats.connection();
    const manager = await jetstreamManager(connection, { timeout: ACKNOWLEDGE_MS });
    await ensureEventStream(manager, this.options);
    return jetstream(connection, { timeout: ACKNOWLEDGE_MS });
  }
}

/** An event that is larger than the server takes messages at all is refused by the client already, as an illegal argument. */
function asPublishError(error: unknown): PublishError {
  const message = error instanceof Error ? error.message : String(error);
  const isRefused = error instanceof errors.InvalidArgumentError || (error instanceof JetStreamApiError && REFUSED.has(error.code));
  return new PublishError(isRefused ? 'refused' : 'away', message, { cause: error });
}
