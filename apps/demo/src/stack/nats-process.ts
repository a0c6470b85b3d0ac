/** The NATS server of the demo, for `npm start -- --nats`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess } from './managed-process.js';

/** A server of its own on `port`, which tells of its health on the next one; its data are kept in `folder`. */
export function natsProcess(program: string, port: number, folder: string): { readonly url: string; readonly process: ManagedProcess } {
  const monitorPort = port + 1;
  const process = new ManagedProcess({
    name: 'nats',
    entry: fileURLToPath(new URL('./nats-keeper.js', import.meta.url)),
    env: {
      NATS_PROGRAM: program,
      NATS_PORT: String(port),
      NATS_MONITOR_PORT: String(monitorPort),
      NATS_FOLDER: join(folder, 'nats'),
    },
    logFile: join(folder, 'logs', 'nats.log'),
    readyUrl: `http://127.0.0.1:${monitorPort}/healthz`,
  });
  return { url: `nats://127.0.0.1:${port}`, process };
}
