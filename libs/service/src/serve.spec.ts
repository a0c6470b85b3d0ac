import { Controller, Get, Module } from '@nestjs/common';
import { Pool } from 'undici';
import { createService } from './serve.js';

let release: () => void = () => undefined;
let arrived: () => void = () => undefined;

@Controller()
class Slow {
  @Get('slow')
  async slow(): Promise<{ readonly done: true }> {
    arrived();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return { done: true };
  }
}

@Module({ controllers: [Slow] })
class SlowModule {}

it('a service answers a path that cannot be read with a problem, too', async () => {
  const app = await createService({ module: SlowModule }, null);
  await app.init();
  const answer = await app.inject({ method: 'GET', url: '/orders/%zz' });
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status: 400, code: 'bad_path' });
  await app.close();
});

describe('a service that ends', () => {
  it('answers what is in the air, and does not wait for callers that keep their connections', async () => {
    const app = await createService({ module: SlowModule }, null);
    await app.listen(0, '127.0.0.1');
    const caller = new Pool(await app.getUrl(), { keepAliveTimeout: 60_000 });
    const hasArrived = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const answer = caller.request({ path: '/slow', method: 'GET' });
    await hasArrived;
    const closing = app.close();
    // The server has closed its idle connections by now; the one that is busy gets idle only afterwards.
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await (await answer).body.json()).toEqual({ done: true });
    const startedMs = performance.now();
    await closing;
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await caller.close();
  });
});
