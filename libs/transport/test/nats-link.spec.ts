import { startHangingUp } from '../../../test/support/hanging-up.js';
import { NatsLink } from '../src/index.js';

const SOON_MS = 15_000;

it('A link to a NATS that is away complains once, however often it tries', async () => {
  const states: string[] = [];
  const server = await startHangingUp();
  const link = NatsLink.open({ address: { servers: [`127.0.0.1:${server.port}`] }, name: 'test', onChange: (state) => states.push(state) });
  const deadline = performance.now() + SOON_MS;
  while (server.tries() < 3 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  await link.close();
  await server.close();
  expect([server.tries() >= 3, states]).toEqual([true, ['disconnected']]);
});
