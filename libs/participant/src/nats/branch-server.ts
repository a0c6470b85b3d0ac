/**
 * Serves branches over NATS: Nest's own NATS server, with a handler for each contract that hands the call to the same endpoint as HTTP does. All
 * instances of a participant subscribe under one queue, so that each call reaches one of them.
 *
 * What differs from Nest's server: it comes up while NATS is away, keeps trying for ever, and goes down in order: no new call, those at work are
 * answered.
 */
import { isUtf8 } from 'node:buffer';
import { branchSubject, eventSubjectPrefix, header, isSubjectOfContract, readBranchPacket } from '@assent/protocol';
import { connect, type NatsConnection, type NodeConnectionOptions, type Subscription } from '@nats-io/transport-node';
import { ServerNats } from '@nestjs/microservices';
import { type Observable, of, throwError } from 'rxjs';
import { type BranchEndpoint, callFields, type OnUnexpected, ProblemError } from '../http/index.js';
import { type BranchMessage, BranchPacketDeserializer } from './branch-packet.deserializer.js';
import { natsError, natsReply } from './reply.js';

/** Where NATS is, in the words of its client, and the queue of this participant. */
export interface ParticipantNatsOptions extends Omit<NodeConnectionOptions, 'servers'> {
  readonly servers: string | readonly string[];
  /** What the instances of this participant share; by default its name. */
  readonly queue?: string;
}

export interface BranchServerParts {
  readonly endpoint: BranchEndpoint;
  readonly contracts: readonly string[];
  readonly maxBodyBytes: number;
  readonly onUnexpected: OnUnexpected;
}

/** How long one attempt to connect may take, and how long until the next; milliseconds. */
const CONNECT_MS = 5_000;
const RETRY_MS = 250;
const JITTER_MS = 100;
/** A server that does not answer two pings is taken for dead. */
const PING_MS = 5_000;
const MAX_PINGS_OUT = 2;
/** How long calls at work may take to end when the server goes down. */
const DRAIN_MS = 10_000;

export class BranchServer extends ServerNats {
  private readonly queue: string;
  private readonly open: NodeConnectionOptions;
  private branchSubscriptions: Subscription[] = [];
  private connection: NatsConnection | null = null;
  private atWork = 0;
  private stopped = false;
  private wake: () => void = () => undefined;
  private rested: () => void = () => undefined;

  /** Throws with one line when the name of a contract cannot be a subject. */
  constructor(
    { queue, servers, ...options }: ParticipantNatsOptions & { readonly queue: string },
    private readonly parts: BranchServerParts,
  ) {
    super({ deserializer: new BranchPacketDeserializer() });
    this.queue = queue;
    this.open = { ...options, servers: typeof servers === 'string' ? servers : [...servers] };
    for (const contract of parts.contracts) {
      if (!isSubjectOfContract(contract))
        throw new Error(`the contract "${contract}" cannot be served over NATS: a part of its name is empty`);
      if (branchSubject(contract, '*').startsWith(`${eventSubjectPrefix}.`))
        throw new Error(`the contract "${contract}" cannot be served over NATS: ${eventSubjectPrefix} are the subjects of events`);
      this.addHandler(branchSubject(contract, '*'), (message: BranchMessage) => this.answer(contract, message));
    }
  }

  /** The connection, while it is there. */
  get natsConnection(): NatsConnection | null {
    return this.connection;
  }

  /** Comes up in the background; resolves when calls can arrive, or after `waitMs` without NATS. Never rejects. */
  async serve(waitMs: number): Promise<'serving' | 'waiting'> {
    const serving = new Promise<'serving'>((resolve) => {
      void this.listen((error) => {
        if (error === undefined)
          void this.connection?.flush().then(
            () => resolve('serving'),
            () => undefined,
          );
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<'waiting'>((resolve) => {
      timer = setTimeout(resolve, waitMs, 'waiting');
    });
    const state = await Promise.race([serving, waited]);
    clearTimeout(timer);
    return state;
  }

  override async createNatsClient(): Promise<NatsConnection> {
    while (!this.stopped) {
      try {
        this.connection = await connect({
          timeout: CONNECT_MS,
          reconnectTimeWait: RETRY_MS,
          reconnectJitter: JITTER_MS,
          pingInterval: PING_MS,
          maxPingOut: MAX_PINGS_OUT,
          ...this.open,
          noAsyncTraces: true,
          maxReconnectAttempts: -1,
          ignoreAuthErrorAbort: true,
        });
        if (!this.stopped) return this.connection;
        await this.connection.close();
      } catch {
        await this.pause(RETRY_MS);
      }
    }
    throw new Error('stopped before NATS was there');
  }

  override bindEvents(connection: NatsConnection): void {
    this.branchSubscriptions = [...this.messageHandlers.keys()].map((subject) =>
      connection.subscribe(subject, {
        queue: this.queue,
        callback: (error, message) => {
          if (error === null) this.handleMessage(subject, message).catch((failed: unknown) => this.parts.onUnexpected(failed, subject, {}));
          else this.parts.onUnexpected(error, subject, {});
        },
      }),
    );
  }

  /** Takes no new call, lets those at work be answered (at most ten seconds), and leaves. */
  override async close(): Promise<void> {
    this.stopped = true;
    this.wake();
    // Without a connection there is nothing to drain: what is at work has nobody to be answered to.
    await Promise.allSettled(this.branchSubscriptions.map((subscription) => subscription.drain()));
    await this.untilRested();
    await this.connection?.close();
    this.connection = null;
  }

  private async answer(contract: string, message: BranchMessage): Promise<Observable<unknown>> {
    this.atWork += 1;
    try {
      const op = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      const { headers } = message;
      const reply = natsReply(await this.parts.endpoint.answer({ contract, op, headers, body: this.bodyOf(message) }));
      return 'err' in reply ? throwError(() => reply.err) : of(reply.response);
    } catch (error) {
      if (!(error instanceof ProblemError)) this.parts.onUnexpected(error, message.subject, callFields(message.headers));
      return throwError(() => natsError(error));
    } finally {
      this.atWork -= 1;
      if (this.atWork === 0) this.rested();
    }
  }

  private bodyOf({ subject, headers, packet }: BranchMessage): Buffer {
    if (!isUtf8(packet)) throw new ProblemError('body_not_utf8');
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(packet);
    const id = headers[header.id];
    const body = typeof id === 'string' ? readBranchPacket(text, id, subject) : null;
    if (body === null) throw new ProblemError('request_invalid', 'the packet was not written for this message id and subject');
    const bytes = Buffer.from(body);
    if (bytes.length > this.parts.maxBodyBytes) throw new ProblemError('body_too_large');
    return bytes;
  }

  private untilRested(): Promise<void> {
    if (this.atWork === 0 || this.connection === null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, DRAIN_MS);
      this.rested = () => {
        clearTimeout(timer);
        // The answer of the last one is written in this very turn.
        setImmediate(resolve);
      };
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
