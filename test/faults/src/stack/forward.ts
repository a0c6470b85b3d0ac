/** A process that forwards `LISTEN_HOST LISTEN_PORT` to `TARGET_PORT` of its own loopback: the way into a namespace for a service that listens on loopback only. */
import { startTcpProxy } from '../../../support/tcp-proxy.js';

const [host = '127.0.0.1', port = '0', target = '0'] = process.argv.slice(2);
await startTcpProxy(Number(target), { host, port: Number(port) });
