/** Database time, timers and the lease. */
import { VirtualClock } from '../../test/virtual-clock.js';
import { DatabaseTime, Lease, Scheduler } from './index.js';

describe('database time', () => {
  it('goes on between flushes by the monotonic clock', async () => {
    const clock = new VirtualClock();
    const time = new DatabaseTime(clock);
    time.calibrate(5_000_000, clock.monotonicMs(), clock.monotonicMs());
    await clock.advance(250);
    expect(time.nowMs()).toBe(5_000_250);
    expect(time.untilMs(5_000_400)).toBe(150);
    expect(time.untilMs(4_000_000)).toBe(0);
  });

  it('takes the middle of a flush for the moment at which the database looked at its clock', async () => {
    const clock = new VirtualClock();
    const time = new DatabaseTime(clock);
    const sentAtMs = clock.monotonicMs();
    await clock.advance(20);
    time.calibrate(5_000_000, sentAtMs, clock.monotonicMs());
    expect(time.nowMs()).toBe(5_000_010);
  });

  it('is not moved by a flush that took long, at whichever end of it the database looked at its clock', async () => {
    for (const lookedAfterMs of [0, 2_000, 4_000]) {
      const clock = new VirtualClock();
      const time = new DatabaseTime(clock);
      time.calibrate(5_000_000, clock.monotonicMs(), clock.monotonicMs());
      const sentAtMs = clock.monotonicMs();
      await clock.advance(4_000);
      time.calibrate(5_000_000 + lookedAfterMs, sentAtMs, clock.monotonicMs());
      expect(time.nowMs()).toBe(5_004_000);
    }
  });

  it('follows a database clock that jumped ahead at once', async () => {
    const clock = new VirtualClock();
    const time = new DatabaseTime(clock);
    time.calibrate(5_000_000, clock.monotonicMs(), clock.monotonicMs());
    await clock.advance(1_000);
    time.calibrate(6_000_000, clock.monotonicMs(), clock.monotonicMs());
    expect(time.nowMs()).toBe(6_000_000);
  });

  it('never goes back, and follows a database clock that did at half speed', async () => {
    const clock = new VirtualClock();
    const time = new DatabaseTime(clock);
    time.calibrate(5_000_000, clock.monotonicMs(), clock.monotonicMs());
    const seen: number[] = [time.nowMs()];
    for (let beat = 1; beat <= 30; beat += 1) {
      await clock.advance(1_000);
      seen.push(time.nowMs());
      time.calibrate(5_000_000 - 10_000 + beat * 1_000, clock.monotonicMs(), clock.monotonicMs());
      seen.push(time.nowMs());
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[20]! - seen[0]!).toBeGreaterThan(4_000);
    expect(seen.at(-1)).toBe(5_000_000 + 20_000);
  });
});

describe('the lease', () => {
  it('runs from the sending of the last confirmed flush', async () => {
    const clock = new VirtualClock();
    const lease = new Lease(clock, 5_000);
    expect(lease.isValid()).toBe(false);
    const sentAtMs = clock.monotonicMs();
    await clock.advance(4_000);
    lease.renew(sentAtMs);
    expect(lease.isValid()).toBe(true);
    await clock.advance(1_000);
    expect(lease.isValid()).toBe(false);
  });

  it('is not shortened by the confirmation of an older flush', async () => {
    const clock = new VirtualClock();
    const lease = new Lease(clock, 5_000);
    const olderMs = clock.monotonicMs();
    await clock.advance(3_000);
    lease.renew(clock.monotonicMs());
    lease.renew(olderMs);
    await clock.advance(4_999);
    expect(lease.isValid()).toBe(true);
  });
});

describe('the scheduler', () => {
  const recorder = () => {
    const calls: string[] = [];
    return { calls, due: (name: string) => ({ due: () => void calls.push(name) }) };
  };

  it('calls in the order of time, whatever the order of asking', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const { calls, due } = recorder();
    scheduler.after(300, due('late'));
    scheduler.after(100, due('early'));
    scheduler.after(200, due('middle'));
    await clock.advance(250);
    expect(calls).toEqual(['early', 'middle']);
    await clock.advance(50);
    expect(calls).toEqual(['early', 'middle', 'late']);
  });

  it('does not call what was cancelled, however many were', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const { calls, due } = recorder();
    const timers = Array.from({ length: 5_000 }, (_, index) => scheduler.after(1_000 + index, due(`timer ${index}`)));
    for (const [index, timer] of timers.entries()) if (index !== 4_321) timer.cancel();
    await clock.advance(10_000);
    expect(calls).toEqual(['timer 4321']);
  });

  it('forgets cancelled timers long before they are due', () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const { due } = recorder();
    for (let index = 0; index < 100_000; index += 1) scheduler.after(30_000, due('deadline')).cancel();
    expect(scheduler.size).toBeLessThan(5_000);
  });

  it('calls what was asked for hours ahead', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const { calls, due } = recorder();
    scheduler.after(30 * 86_400_000, due('in a month'));
    await clock.advance(30 * 86_400_000);
    expect(calls).toEqual(['in a month']);
  });

  it('calls nothing once it is stopped', async () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const { calls, due } = recorder();
    scheduler.after(100, due('before'));
    scheduler.stop();
    scheduler.after(100, due('after'));
    await clock.advance(1_000);
    expect(calls).toEqual([]);
  });
});
