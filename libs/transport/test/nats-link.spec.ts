import { type AddressInfo, createServer } from 'node:net';
import { NatsLink } from '../src/index.js';

const SOON_MS = 15_000;

it('A link to a NATS that is away complains once, however often it tries', async () => {
  const states: string[] = [];
  let tries = 0;
  const server = createServer((socket) => {
    tries += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const link = NatsLink.open({ address: { servers: [`127.0.0.1:${port}`] }, name: 'test', onChange: (state) => states.push(state) });
  const deadline = performance.now() + SOON_MS;
  while (tries < 3 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  await link.close();
  await new Promise((resolve) => server.close(resolve));
  expect([tries >= 3, states]).toEqual([true, ['disconnected']]);
});
