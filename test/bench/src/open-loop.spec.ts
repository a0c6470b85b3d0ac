import { openLoop, type Time } from './open-loop.js';

/** Whatever follows from what has happened, without any time passing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** Time that passes when somebody sleeps; `at` lets things happen meanwhile. */
class SimulatedTime implements Time {
  private current = 0;
  private readonly agenda: { readonly atMs: number; readonly happen: () => void }[] = [];

  nowMs(): number {
    return this.current;
  }

  at(atMs: number): Promise<void> {
    return new Promise((happen) => this.agenda.push({ atMs, happen }));
  }

  async sleep(ms: number): Promise<void> {
    const until = this.current + ms;
    await settled();
    for (;;) {
      const next = this.agenda.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.agenda.splice(this.agenda.indexOf(next), 1);
      this.current = Math.max(this.current, next.atMs);
      next.happen();
      await settled();
    }
    this.current = until;
  }
}

const aSecond = { ratePerSecond: 100, durationMs: 1_000, mostOutstanding: 1_000, patienceMs: 5_000 };

describe('an open loop', () => {
  it('begins at its rate, whatever the server does, and counts what each waited', async () => {
    const time = new SimulatedTime();
    const measured = await openLoop(aSecond, () => time.at(time.nowMs() + 7), time);
    expect(measured).toMatchObject({ offered: 100, completed: 100, failures: 0, shed: 0, p50Ms: 7, maxMs: 7, lateP99Ms: 0 });
    expect(measured.perSecond).toBeCloseTo(100, 0);
  });

  it('counts a server that stands still for half a second against everybody who would have come meanwhile', async () => {
    const time = new SimulatedTime();
    const stalled = () => time.at(Math.max(time.nowMs() + 1, time.nowMs() >= 200 ? 700 : 0));
    const measured = await openLoop(aSecond, stalled, time);
    expect(measured.maxMs).toBe(500);
    // 20 came before it, 30 after it; the 50 of the stall waited between 10 and 500 ms, so that every second one of all waited long.
    expect(measured.p50Ms).toBe(1);
    expect(measured.p99Ms).toBeGreaterThanOrEqual(480);
  });

  it('counts from the intended start, although the driver itself was late', async () => {
    const time = new SimulatedTime();
    const sluggish: Time = { nowMs: () => time.nowMs(), sleep: (ms) => time.sleep(Math.max(ms, 25)) };
    const measured = await openLoop(aSecond, () => Promise.resolve(), sluggish);
    expect(measured.completed).toBe(100);
    expect(measured.maxMs).toBe(20);
    expect(measured.lateP99Ms).toBe(20);
  });

  it('does not begin more than may be outstanding, and says how many customers it sent away', async () => {
    const time = new SimulatedTime();
    const measured = await openLoop({ ...aSecond, mostOutstanding: 10 }, () => time.at(2_000), time);
    expect(measured).toMatchObject({ offered: 100, completed: 10, shed: 90 });
  });

  it('counts as failed what throws, and what has not ended when patience ends', async () => {
    const time = new SimulatedTime();
    let count = 0;
    const work = () => {
      count += 1;
      return count % 2 === 0 ? Promise.reject(new Error('no')) : time.at(1_000_000);
    };
    expect(await openLoop(aSecond, work, time)).toMatchObject({ completed: 0, failures: 100 });
  });
});
