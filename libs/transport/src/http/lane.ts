/**
 * One connection to one origin that carries one call at a time. An undici `Client` speaks HTTP on it; the connection itself is opened here, so
 * that nothing is handed to the client before it can leave at once, and a call that could not leave is known to be unsent.
 */
import type { LookupFunction, Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { openConnection, type Target } from './connection.js';
import type { Exchange } from './exchange.js';

/** The client found its connection gone before it wrote anything. */
export class ConnectionGoneError extends Error {
  override readonly name = 'ConnectionGoneError';
}

/** Idle connections are given up before common servers (5 s) close them, so that a call seldom meets a connection that is just closing. */
const IDLE_MS = 4_000;
const MAX_HEADER_BYTES = 16_384;

export class Lane {
  readonly #target: Target;
  readonly #lookup: LookupFunction;
  #client: Client;
  /** The connection, from the moment it is ready. */
  #socket: Socket | null = null;
  /** Opening, or ready and not yet taken by the client. */
  #fresh: Socket | null = null;

  constructor(target: Target, lookup: LookupFunction) {
    this.#target = target;
    this.#lookup = lookup;
    this.#client = this.#makeClient();
  }

  /** True when a call can leave at once. */
  get connected(): boolean {
    return this.#socket !== null && !this.#socket.destroyed;
  }

  /** Opens a connection. Calls back once, unless `drop` comes first. */
  connect(done: (error: Error | null) => void): void {
    const socket = openConnection(this.#target, this.#lookup, (error) => {
      if (this.#fresh !== socket) return;
      if (error === null) this.#socket = socket;
      else this.#fresh = null;
      done(error);
    });
    this.#fresh = socket;
  }

  /** Puts a request on the connection. Whatever happens is reported by the exchange. */
  dispatch(request: Dispatcher.DispatchOptions, exchange: Exchange): void {
    this.#client.dispatch(request, exchange);
  }

  /** The participant will close this connection: the next call opens its own. */
  retire(): void {
    this.#socket = null;
  }

  /** No call is at hand. A connection whose call was withdrawn is closed: nobody would notice that it dies. */
  rest(): void {
    this.#fresh?.destroy();
    this.#fresh = null;
  }

  /** Destroys the connection with whatever is on it. */
  drop(): void {
    this.#fresh?.destroy();
    this.#socket?.destroy();
    this.#fresh = null;
    this.#socket = null;
    void this.#client.destroy();
    this.#client = this.#makeClient();
  }

  #makeClient(): Client {
    return new Client(this.#target.origin, {
      // With 1, undici lets a turn of the event loop pass before it uses a connection again. There is never more than one call on it.
      pipelining: 2,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: IDLE_MS,
      // The delivery bounds the whole call to the millisecond; undici's own timers have a resolution of half a second.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        const socket = this.#fresh;
        this.#fresh = null;
        // undici must have returned from its own function before it hears of the connection.
        queueMicrotask(() => {
          if (socket === null || socket.destroyed) callback(new ConnectionGoneError('the connection was closed while it was idle'), null);
          else callback(null, socket);
        });
      },
    });
  }
}
