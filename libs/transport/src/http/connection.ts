/** Opens TCP and TLS connections to one origin, with the egress policy watching over the address that is connected to. */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The origin that is connected to. */
export interface Target {
  readonly origin: string;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 literal. */
  readonly host: string;
  readonly port: number;
}

/** Dead peers are noticed by probes after a minute of silence on an idle connection. */
const KEEP_ALIVE_PROBE_MS = 60_000;

/** Reads the target off a URL that the egress policy has let through. */
export function targetOf(url: URL): Target {
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return { origin: url.origin, secure, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) };
}

/** Opens a connection and calls back once: with `null` when it is ready, else with the error. Destroying the socket ends the attempt. */
export function openConnection(target: Target, lookup: LookupFunction, done: (error: Error | null) => void): Socket {
  const options = {
    host: target.host,
    port: target.port,
    lookup,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
  };
  const socket = target.secure
    ? connectTls({ ...options, ALPNProtocols: ['http/1.1'], ...(isIP(target.host) === 0 ? { servername: target.host } : {}) })
    : connectTcp(options);
  let told = false;
  const tell = (error: Error | null) => {
    if (told) return;
    told = true;
    done(error);
  };
  socket.once(target.secure ? 'secureConnect' : 'connect', () => tell(null));
  // Stays for the whole life of the socket: without a listener a late error would end the process.
  socket.on('error', tell);
  socket.once('close', () => tell(new Error('the connection was closed before it was ready')));
  return socket;
}
