/** A connection for one exchange with one origin, for what is called now and then; the egress policy watches over the address that is connected to. */
import type { LookupFunction, Socket } from 'node:net';
import { Client } from 'undici';
import { openConnection, targetOf } from './connection.js';

const MAX_HEADER_BYTES = 16_384;

/** No connection came about; `cause` says why, an `EgressDeniedError` for example. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

export interface OneExchange {
  /** A URL that the egress policy has let through. */
  readonly url: URL;
  /** The policy's own. */
  readonly lookup: LookupFunction;
  /** Ends the attempt to connect, too. */
  readonly signal: AbortSignal;
  /** Default: unbounded, for whoever does not read the body. */
  readonly maxBodyBytes?: number;
}

/** It follows no redirect. Destroy it after the exchange. */
export function clientForOne({ url, lookup, signal, maxBodyBytes = -1 }: OneExchange): Client {
  return new Client(url.origin, {
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: maxBodyBytes,
    connect: (_options, callback) => {
      const socket: Socket = openConnection(targetOf(url), lookup, (error) => {
        if (error === null) callback(null, socket);
        else callback(new ConnectError(error.message, { cause: error }), null);
      });
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
    },
  });
}
