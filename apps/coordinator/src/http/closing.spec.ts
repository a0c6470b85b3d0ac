import type { Server } from 'node:http';
import { EngineError } from '@assent/engine';
import { Pool } from 'undici';
import { startApi } from '../testing/api-harness.js';
import { scriptedEngine } from '../testing/scripted-engine.js';

const SOON_MS = 5_000;

async function untilClosed(server: Server): Promise<void> {
  const deadlineMs = performance.now() + SOON_MS;
  while (server.listening) {
    if (performance.now() > deadlineMs) throw new Error('The server still listens');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('A server that closes answers what is in the air, and does not wait for callers that keep their connections', async () => {
  const api = await startApi();
  let release: () => void = () => undefined;
  const isAsked = new Promise<void>((asked) => {
    const get = async () => {
      asked();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      throw new EngineError('not_found', 'There is none.');
    };
    api.use(scriptedEngine({ get }));
  });
  await api.app.listen(0, '127.0.0.1');
  const caller = new Pool(await api.app.getUrl(), { keepAliveTimeout: 60_000 });
  const answer = caller.request({ path: '/v1/transactions/a', method: 'GET' });
  await isAsked;
  const closing = api.app.close();
  await untilClosed(api.app.getHttpServer());
  release();
  expect((await answer).statusCode).toBe(404);
  await (await answer).body.dump();
  const answeredMs = performance.now();
  await closing;
  expect(performance.now() - answeredMs).toBeLessThan(SOON_MS);
  await caller.close();
});
