/** A server that hangs up on whoever connects, as a NATS that is away behind a proxy does. */
import { type AddressInfo, createServer } from 'node:net';

export interface HangingUp {
  readonly port: number;
  /** How often somebody has connected. */
  tries(): number;
  close(): Promise<void>;
}

export async function startHangingUp(): Promise<HangingUp> {
  let tries = 0;
  const server = createServer((socket) => {
    tries += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, tries: () => tries, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
