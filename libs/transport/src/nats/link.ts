/**
 * The connection to NATS: opened in the background, opened again whenever it is lost, and requests on it. While it is away nothing is accepted: the
 * client would keep a message and send it when the connection is back, long after its call has ended here.
 */
import { connect, createInbox, type Msg, type MsgHdrs, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

export interface NatsLinkOptions {
  /** Servers and credentials, in the words of the client. */
  readonly address: { readonly servers: readonly string[] } & Omit<NodeConnectionOptions, 'servers'>;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** Told of each change, for the log; `detail` never shows credentials. */
  readonly onChange?: (state: 'connected' | 'disconnected', detail: string) => void;
}

/** Told what becomes of a request: one of the two, once. */
export interface Requester {
  replied(message: Msg): void;
  /** The connection broke; the request may have been delivered. */
  broken(): void;
}

export interface NatsRequest {
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly data: string;
}

/** The connection is not there. Nothing was sent. */
export class NatsAwayError extends Error {
  override readonly name = 'NatsAwayError';
}

/** How long one attempt to connect may take, and how long until the next; milliseconds. The jitter keeps nodes from arriving all at once. */
const CONNECT_MS = 5_000;
const RETRY_MS = 250;
const JITTER_MS = 100;
/** A server that does not answer two pings is taken for dead: 10 to 15 s. */
const PING_MS = 5_000;
const MAX_PINGS_OUT = 2;

export class NatsLink {
  readonly #options: NatsLinkOptions;
  readonly #requesters = new Map<string, Requester>();
  readonly #waiting = new Set<() => void>();
  readonly #listeners: ((connection: NatsConnection) => void)[] = [];
  readonly #running: Promise<void>;
  #connection: NatsConnection | null = null;
  #isUp = false;
  /** It has been said that there is no connection. */
  #isAway = false;
  #inbox = '';
  #sent = 0;
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(options: NatsLinkOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Connects in the background, for ever until `close`. Never throws. */
  static open(options: NatsLinkOptions): NatsLink {
    return new NatsLink(options);
  }

  /** True when a request can leave at once. */
  get connected(): boolean {
    return this.#isUp;
  }

  /** Listens to a subject, one of all members of `queue` for each message, on this connection and on every one that follows it. */
  subscribe(subject: string, queue: string, hear: (message: Msg) => void): void {
    const listen = (connection: NatsConnection) =>
      void connection.subscribe(subject, {
        queue,
        callback: (error, message) => {
          if (error === null) hear(message);
        },
      });
    this.#listeners.push(listen);
    if (this.#connection !== null && !this.#connection.isClosed()) listen(this.#connection);
  }

  /** Calls back when the connection is there, at once if it is, each time anew. Returns how to take that back. */
  whenConnected(run: () => void): () => void {
    if (this.#isUp) {
      run();
      return () => undefined;
    }
    this.#waiting.add(run);
    return () => void this.#waiting.delete(run);
  }

  /**
   * Sends a request; its requester is told once, unless it is forgotten first. Returns how to forget it. Throws `NatsAwayError` without a
   * connection, and what the client throws for a message larger than the server takes.
   */
  request({ subject, headers, data }: NatsRequest, requester: Requester): () => void {
    const connection = this.#connection;
    if (connection === null || !this.#isUp) throw new NatsAwayError('There is no connection to NATS.');
    const token = (++this.#sent).toString(36);
    connection.publish(subject, data, { headers, reply: `${this.#inbox}.${token}` });
    this.#requesters.set(token, requester);
    return () => void this.#requesters.delete(token);
  }

  /** Closes the connection; what is still awaited is told that it broke. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#connection?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#live();
      } catch (error) {
        // The client's messages name server and reason, never credentials.
        this.#failed(error instanceof Error ? error.message : String(error));
      }
      if (!this.#closed) await this.#pause(RETRY_MS);
    }
  }

  /** From one connection until it is closed for good. In between the client opens it again by itself. */
  async #live(): Promise<void> {
    const { address, name } = this.#options;
    const connection = await connect({
      ...address,
      servers: [...address.servers],
      name,
      noAsyncTraces: true,
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      reconnectJitter: JITTER_MS,
      ignoreAuthErrorAbort: true,
      pingInterval: PING_MS,
      maxPingOut: MAX_PINGS_OUT,
    });
    if (this.#closed) return connection.close();
    this.#connection = connection;
    this.#inbox = createInbox();
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#replied(message) : void connection.close()),
    });
    for (const listen of this.#listeners) listen(connection);
    this.#up();
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.#down('the connection broke');
      else if (status.type === 'reconnect') this.#up();
    }
    await connection.closed();
    this.#down('the connection was closed');
  }

  #replied(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const requester = this.#requesters.get(token);
    this.#requesters.delete(token);
    requester?.replied(message);
  }

  #up(): void {
    this.#isUp = true;
    this.#isAway = false;
    this.#options.onChange?.('connected', this.#connection?.getServer() ?? '');
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const run of waiting) run();
  }

  /** It cannot be reached. Said once: it is tried several times a second. */
  #failed(why: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.onChange?.('disconnected', why);
  }

  #down(why: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#isAway = true;
    this.#options.onChange?.('disconnected', why);
    const requesters = [...this.#requesters.values()];
    this.#requesters.clear();
    for (const requester of requesters) requester.broken();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
