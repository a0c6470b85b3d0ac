/**
 * Takes the events of one handler from JetStream: a durable pull consumer, made when it is missing and looked for again after every failure, since a
 * server that lost its disk comes back without it. Fetches no more than can be worked on. The plain names of 2.9 are used: one filter subject.
 */
import { ensureEventStream, type NatsClient } from '@assent/nats';
import { eventSubjectPrefix, subjectToken } from '@assent/protocol';
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { OutcomeHandler } from '../handler.js';
import { causeOf, type Delivery, type Verdict } from '../processor.js';
import { consumerLagMs } from './consumer-lag.js';
import { InTurn } from './in-turn.js';

export interface SubscriptionParts {
  readonly nats: NatsClient;
  readonly handler: OutcomeHandler;
  readonly process: (delivery: Delivery) => Promise<Verdict>;
  /** For the log: what keeps this consumer from working, or an event that has to come again. */
  readonly onTrouble: (detail: string) => void;
}

/** After this long without an acknowledgement the server delivers again. Longer than a local transaction may take (60 s). */
const ACKNOWLEDGE_MS = 90_000;
/** One request for events waits this long at the server when there are none. */
const FETCH_MS = 5_000;
/** A request that ended sooner without an event has met a server or a consumer that is not there. */
const SOON_MS = 500;
const PAUSE_MS = 500;
/** Events delivered and not acknowledged, all instances together: so many that fail may wait for their next delivery while others pass. */
const MAX_PENDING = 1_000;
/** An answer of the server to requests about consumers. */
const API_MS = 5_000;

export class OutcomeSubscription {
  private readonly turns: InTurn;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;
  private wake: () => void = () => undefined;
  private trouble: string | null = null;

  constructor(private readonly parts: SubscriptionParts) {
    this.turns = new InTurn(parts.handler.concurrency);
  }

  start(): void {
    this.running = this.run();
  }

  /** Takes nothing more, and lets what is being worked on end; bounded by the time a local transaction may take. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
    await this.turns.idle();
  }

  /** Age of the oldest event that is not acknowledged, in milliseconds; 0 when there is none. Rejects when NATS cannot say. */
  async lagMs(nowMs: number): Promise<number> {
    const { nats, handler } = this.parts;
    const manager = await jetstreamManager(await nats.connection(), { timeout: API_MS, checkAPI: false });
    return consumerLagMs(manager, await ensureEventStream(manager), handler.consumer, nowMs);
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        const consumer = await this.consumer();
        while (!this.isStopped) await this.takeSome(consumer);
      } catch (error) {
        this.tell(causeOf(error));
        await this.pause();
      }
    }
  }

  private async consumer(): Promise<Consumer> {
    const connection = await this.parts.nats.connection();
    const manager = await jetstreamManager(connection, { timeout: API_MS });
    const stream = await ensureEventStream(manager);
    await this.ensureConsumer(manager, stream);
    return jetstream(connection, { timeout: API_MS }).consumers.get(stream, this.parts.handler.consumer);
  }

  /** Adding it again with the same settings changes nothing; with others the server refuses, and they are changed. */
  private async ensureConsumer(manager: JetStreamManager, stream: string): Promise<void> {
    const { consumer, transaction } = this.parts.handler;
    const changeable = { ack_wait: nanos(ACKNOWLEDGE_MS), max_ack_pending: MAX_PENDING, max_deliver: -1 };
    const filter = `${eventSubjectPrefix}.${transaction === '*' ? '*' : subjectToken(transaction)}.*`;
    try {
      await manager.consumers.add(stream, {
        ...changeable,
        durable_name: consumer,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        filter_subject: filter,
      });
    } catch (error) {
      const present = await manager.consumers.info(stream, consumer).catch(() => null);
      if (present === null) throw error;
      if (present.config.filter_subject !== filter)
        await manager.consumers.update(stream, consumer, { ...changeable, filter_subject: filter });
    }
  }

  /** Throws when the server or the consumer is not there. */
  private async takeSome(consumer: Consumer): Promise<void> {
    const room = await this.turns.room();
    if (this.isStopped) return;
    const startedAtMs = performance.now();
    const messages = await consumer.fetch({ max_messages: room, expires: FETCH_MS });
    this.wake = () => messages.stop();
    let taken = 0;
    for await (const message of messages) {
      taken += 1;
      this.trouble = null;
      this.turns.run(gidOf(message), () => this.work(message));
    }
    if (taken === 0 && !this.isStopped && performance.now() - startedAtMs < SOON_MS)
      throw new Error('NATS has no such stream or consumer now');
  }

  private async work(message: JsMsg): Promise<void> {
    const { stream, streamSequence, deliveryCount } = message.info;
    const { subject } = message;
    const verdict = await this.parts.process({
      subject,
      body: message.string(),
      attempt: deliveryCount,
      // With the time: a stream that lost its disk counts from 1 again.
      place: `${stream}:${streamSequence}:${message.time.getTime()}`,
    });
    // An acknowledgement that is lost makes the event come again, and the inbox knows it.
    if (verdict.kind === 'done') message.ack();
    else {
      message.nak(verdict.delayMs);
      this.parts.onTrouble(`${subject} comes again in ${verdict.delayMs} ms: ${verdict.cause}`);
    }
  }

  /** Once, until something has been taken again. */
  private tell(detail: string): void {
    if (this.trouble === null && !this.isStopped) this.parts.onTrouble(detail);
    this.trouble = detail;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.isStopped ? 0 : PAUSE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Of a message that is no event, whatever its publisher has called it. */
function gidOf(message: JsMsg): string {
  const id = message.headers?.get('Nats-Msg-Id') ?? '';
  return id.slice(0, Math.max(0, id.lastIndexOf(':')));
}
