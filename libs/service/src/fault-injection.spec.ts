import Fastify from 'fastify';
import { injectFaults, parseFaults } from './fault-injection.js';

async function run(faults: string, calls: number, path = '/assent/shop.sell/try') {
  const server = Fastify();
  let worked = 0;
  injectFaults(server, parseFaults(faults));
  server.post(path, async () => {
    worked += 1;
    return { done: true };
  });
  const answers = [];
  const startedMs = performance.now();
  for (let call = 0; call < calls; call++) answers.push(await server.inject({ method: 'POST', url: path }));
  const tookMs = performance.now() - startedMs;
  await server.close();
  return { statuses: answers.map(({ statusCode }) => statusCode), worked, tookMs };
}

describe('faults on purpose', () => {
  it('fail calls before the work', async () => {
    const { statuses, worked } = await run('fail=1', 3);
    expect([statuses, worked]).toEqual([[500, 500, 500], 0]);
  });

  it('lose answers after the work', async () => {
    const { statuses, worked } = await run('lose=1', 3);
    expect([statuses, worked]).toEqual([[500, 500, 500], 3]);
  });

  it('are late, yet do the work', async () => {
    const { statuses, worked, tookMs } = await run('late=1:50', 2);
    expect([statuses, worked]).toEqual([[200, 200], 2]);
    expect(tookMs).toBeGreaterThanOrEqual(95);
  });

  it('strike as often as asked, and the same calls for the same seed', async () => {
    const [first, second, other] = [
      await run('fail=0.1,seed=7', 500),
      await run('fail=0.1,seed=7', 500),
      await run('fail=0.1,seed=8', 500),
    ];
    expect(second.statuses).toEqual(first.statuses);
    expect(other.statuses).not.toEqual(first.statuses);
    const failed = first.statuses.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(25);
    expect(failed).toBeLessThan(85);
  });

  it('leave everything but branch calls alone', async () => {
    expect((await run('fail=1,lose=1', 1, '/stock')).statuses).toEqual([200]);
  });

  it.each(['fail', 'fail=2', 'fail=-1', 'fail=x', 'late=0.1', 'late=0.1:soon', 'late=0.1:90000', 'loose=0.1', '', 'seed='])(
    'refuse to guess what "%s" means',
    (text) => expect(() => parseFaults(text)).toThrow(`"${text}" is no fault`),
  );
});
