import { closedLoop, repeat } from './closed-loop.js';

describe('a closed loop', () => {
  it('has as many pieces of work in flight as it was told, and counts those that throw apart', async () => {
    let inFlight = 0;
    let most = 0;
    let count = 0;
    const measured = await closedLoop(4, 30, async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      count += 1;
      if (count % 2 === 0) throw new Error('no');
    });
    expect(most).toBe(4);
    expect(measured.count + measured.failures).toBe(count);
    expect(Math.abs(measured.count - measured.failures)).toBeLessThanOrEqual(1);
    expect(measured.p99Ms).toBeGreaterThanOrEqual(measured.p50Ms);
  });
});

describe('a repetition', () => {
  it('does the work exactly as often as it was told', async () => {
    let count = 0;
    const { failures } = await repeat(7, 100, async () => {
      count += 1;
      if (count > 90) throw new Error('no');
    });
    expect([count, failures]).toEqual([100, 10]);
  });
});
