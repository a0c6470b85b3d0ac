/** A connection to NATS that is opened in the background and opened again whenever it is lost, until it is closed here. */
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

/** Servers and credentials, in the words of the NATS client. */
export type NatsAddress = { readonly servers: readonly string[] } & Readonly<
  Omit<Pick<NodeConnectionOptions, 'user' | 'pass' | 'token' | 'tls'>, 'servers'>
>;

export interface NatsClientOptions {
  readonly address: NatsAddress;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** Told of each change, for the log; `detail` never shows credentials. */
  readonly onChange?: (state: 'connected' | 'disconnected', detail: string) => void;
}

/** The client was closed before a connection came about. */
export class NatsClosedError extends Error {
  override readonly name = 'NatsClosedError';
}

/** The connection broke while something was awaited on it: whether that was carried out is not known. */
export class NatsBrokenError extends Error {
  override readonly name = 'NatsBrokenError';

  constructor() {
    super('the connection to NATS broke');
  }
}

/** How long one attempt to connect may take, and how long until the next; the jitter keeps nodes from arriving all at once. Milliseconds. */
const CONNECT_MS = 5_000;
const RETRY_MS = 250;
const JITTER_MS = 100;
/** A server that does not answer two pings is taken for dead: 10 to 15 s. */
const PING_MS = 5_000;
const MAX_PINGS_OUT = 2;
/** How long what is still to be sent may take at the end. */
const DRAIN_MS = 2_000;

export class NatsClient {
  private current: NatsConnection | null = null;
  private isUp = false;
  /** It has been said that there is no connection. */
  private isAway = false;
  private closed = false;
  private wake: () => void = () => undefined;
  private readonly first: Promise<NatsConnection>;
  private readonly awaiting = new Set<() => void>();

  private constructor(private readonly options: NatsClientOptions) {
    this.first = this.open();
    // Whoever asks for the connection learns of it; nobody has to.
    this.first.catch(() => undefined);
  }

  /** Connects in the background, for ever until `close`. Never throws. */
  static open(options: NatsClientOptions): NatsClient {
    return new NatsClient(options);
  }

  /** True while the server can be reached. */
  get connected(): boolean {
    return this.isUp;
  }

  /**
   * The connection, once there has been one; it stays the same and comes back by itself, its subscriptions with it. Throws `NatsClosedError` when the
   * client is closed before.
   */
  connection(): Promise<NatsConnection> {
    return this.first;
  }

  /** As `work`, but throws `NatsBrokenError` as soon as the connection breaks: the client itself would wait for the end of a time-out. */
  async untilBroken<T>(work: Promise<T>): Promise<T> {
    let broke: () => void = () => undefined;
    const broken = new Promise<never>((_, reject) => {
      broke = () => reject(new NatsBrokenError());
    });
    this.awaiting.add(broke);
    try {
      return await Promise.race([work, broken]);
    } finally {
      this.awaiting.delete(broke);
      // What it ends like after the connection broke concerns nobody.
      work.catch(() => undefined);
    }
  }

  /** Sends what is still to be sent, for at most two seconds, and closes. */
  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    const connection = this.current;
    if (connection === null || connection.isClosed()) return;
    if (this.isUp) await Promise.race([connection.drain().catch(() => undefined), pause(DRAIN_MS)]);
    await connection.close();
  }

  private async open(): Promise<NatsConnection> {
    const { address, name } = this.options;
    while (!this.closed) {
      try {
        const connection = await connect({
          ...address,
          servers: [...address.servers],
          name,
          noAsyncTraces: true,
          // Nobody wants to hear its own hints.
          noEcho: true,
          timeout: CONNECT_MS,
          maxReconnectAttempts: -1,
          reconnectTimeWait: RETRY_MS,
          reconnectJitter: JITTER_MS,
          ignoreAuthErrorAbort: true,
          pingInterval: PING_MS,
          maxPingOut: MAX_PINGS_OUT,
        });
        this.current = connection;
        this.changed(true, connection.getServer());
        void this.follow(connection);
        if (!this.closed) return connection;
        await connection.close();
      } catch (error) {
        // The client's messages name server and reason, never credentials.
        this.failed(error instanceof Error ? error.message : String(error));
        if (!this.closed) await this.pauseUnlessClosed(RETRY_MS);
      }
    }
    throw new NatsClosedError('the connection to NATS was closed before it was there');
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.changed(false, 'the connection broke');
      else if (status.type === 'reconnect') this.changed(true, connection.getServer());
    }
    this.changed(false, 'the connection was closed');
  }

  /** It cannot be reached at first. Said once: it is tried four times a second. */
  private failed(detail: string): void {
    if (this.isAway) return;
    this.isAway = true;
    this.options.onChange?.('disconnected', detail);
  }

  private changed(isUp: boolean, detail: string): void {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    if (!isUp) for (const broke of this.awaiting) broke();
    this.options.onChange?.(isUp ? 'connected' : 'disconnected', detail);
  }

  private async pauseUnlessClosed(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
