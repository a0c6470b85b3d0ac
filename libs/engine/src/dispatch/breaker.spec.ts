/** When a breaker opens, for how long, and what closes it. */
import { Breaker, type BreakerPolicy, defaultBreakerPolicy, judgeOutcome } from './breaker.js';

const timeout = { code: 'timeout', message: 'no answer' };

function aBreaker(policy: Partial<BreakerPolicy> = {}): Breaker {
  return new Breaker({ ...defaultBreakerPolicy, ...policy });
}

/** Plays outcomes ten milliseconds apart: `x` a failure, `.` an answer. Returns the time after the last. */
function play(breaker: Breaker, outcomes: string, fromMs = 0): number {
  let nowMs = fromMs;
  for (const outcome of outcomes) {
    nowMs += 10;
    if (outcome === 'x') breaker.failed(nowMs, timeout);
    else breaker.succeeded(nowMs);
  }
  return nowMs;
}

describe('a circuit breaker', () => {
  it('opens after three failures in a row', () => {
    const breaker = aBreaker();
    play(breaker, 'xx');
    expect(breaker.state).toBe('closed');
    play(breaker, 'x', 20);
    expect(breaker.state).toBe('open');
    expect(breaker.openedCount).toBe(1);
    expect(breaker.lastProblem).toEqual({ ...timeout, atMs: 30 });
  });

  it('begins to count anew with every answer', () => {
    const breaker = aBreaker();
    play(breaker, 'xx.xx.xx.xx');
    expect(breaker.state).toBe('closed');
  });

  it('opens when half of at least twenty calls have failed, however they are mixed', () => {
    const breaker = aBreaker();
    const nowMs = play(breaker, 'x.'.repeat(9));
    expect(breaker.state).toBe('closed');
    play(breaker, '.x', nowMs);
    expect(breaker.state).toBe('open');
  });

  it('forgets what failed longer ago than its window', () => {
    const breaker = aBreaker({ windowMs: 1_000 });
    play(breaker, 'x.'.repeat(9));
    play(breaker, '.x', 2_000);
    expect(breaker.state).toBe('closed');
    const nowMs = play(breaker, '.'.repeat(12), 2_020);
    play(breaker, 'xx.xx.xx.xx.', nowMs);
    expect(breaker.state).toBe('closed');
  });

  it('counts the half of the window before the running one, too', () => {
    const breaker = aBreaker({ windowMs: 1_000 });
    play(breaker, 'x.'.repeat(9));
    play(breaker, '.x', 700);
    expect(breaker.state).toBe('open');
  });

  it('is open for twice as long after every failed probe, up to its bound', () => {
    const breaker = aBreaker({ openMs: 1_000, longestOpenMs: 5_000 });
    let nowMs = play(breaker, 'xxx');
    const lengths = [breaker.openUntilMs - nowMs];
    for (let probe = 0; probe < 4; probe += 1) {
      nowMs = breaker.openUntilMs;
      breaker.halfOpen();
      expect(breaker.state).toBe('half_open');
      breaker.failed(nowMs, timeout);
      lengths.push(breaker.openUntilMs - nowMs);
    }
    expect(lengths).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(breaker.openedCount).toBe(1);
    expect(breaker.isOutage).toBe(true);
  });

  it('is closed by a probe that is answered, and starts from the beginning', () => {
    const breaker = aBreaker();
    play(breaker, 'xxx');
    breaker.halfOpen();
    expect(breaker.succeeded(5_000)).toBe(true);
    expect(breaker.state).toBe('closed');
    expect(breaker.sinceMs).toBe(5_000);
    expect(breaker.isOutage).toBe(false);
    const nowMs = play(breaker, 'xx', 5_000);
    expect(breaker.state).toBe('closed');
    play(breaker, 'x', nowMs);
    expect(breaker.openUntilMs - nowMs - 10).toBe(defaultBreakerPolicy.openMs);
  });

  it('leaves the participant alone for as long as it asked, within its bound', () => {
    const breaker = aBreaker({ openMs: 1_000, longestOpenMs: 5_000 });
    play(breaker, 'xx');
    breaker.failed(100, { code: 'http_503', message: '' }, 3_000);
    expect(breaker.openUntilMs).toBe(3_100);
    breaker.halfOpen();
    breaker.failed(4_000, { code: 'http_503', message: '' }, 3_600_000);
    expect(breaker.openUntilMs).toBe(9_000);
  });

  it('takes refusals and work in progress for signs of life, and says nothing of what this node did by itself', () => {
    expect(judgeOutcome({ kind: 'rejected', refusal: { code: 'SOLD_OUT', message: '' } })).toBe('alive');
    expect(judgeOutcome({ kind: 'pending' })).toBe('alive');
    expect(judgeOutcome({ kind: 'unknown', ...timeout })).toBe('failed');
    expect(judgeOutcome({ kind: 'unknown', code: 'queue_full', message: '' })).toBe('nothing');
  });
});
