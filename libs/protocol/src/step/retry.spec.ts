import fc from 'fast-check';
import { freshLeg, launch } from '../model/legs.js';
import { shippedPolicies } from '../model/policy.js';
import { backoffMs, type CallRules, judge } from './retry.js';

const policy = shippedPolicies[0]!;
const rules: CallRules = { policy, attemptLimit: 3, timeoutMs: 3_000, onRejected: 'ends' };
const called = launch(freshLeg());

describe('the wait between attempts', () => {
  it('doubles up to the cap', () => {
    expect([1, 2, 3, 4, 20].map((attempt) => backoffMs(policy, attempt, 0))).toEqual([200, 400, 800, 1_600, 30_000]);
  });

  it('is shortened by chance, by at most the jitter, and never longer than the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const full = backoffMs(policy, attempt, 0);
        const waited = backoffMs(policy, attempt, random);
        expect(waited).toBeLessThanOrEqual(full);
        expect(waited).toBeGreaterThanOrEqual(Math.floor(full * (1 - policy.jitter)));
      }),
    );
  });
});

describe('a policy with odd values', () => {
  const odd = { ...policy, firstIntervalMs: 0, multiplier: 0, capMs: 0, jitter: 3, pollIntervalMs: 0 };
  const oddRules = { ...rules, policy: odd };

  it('never makes anybody call in a tight loop', () => {
    expect(backoffMs(odd, 1, 0)).toBe(10);
    expect(backoffMs({ ...policy, jitter: 3 }, 5, 0.9)).toBe(10);
    expect(judge(called, { kind: 'pending' }, oddRules, 1_000, 0)).toMatchObject({ notBeforeMs: 1_010 });
    expect(judge(called, { kind: 'unknown', code: 'http_500', message: '' }, oddRules, 1_000, 0)).toMatchObject({ notBeforeMs: 1_010 });
  });

  it('never names a moment that no date can show', () => {
    const endless = { ...rules, policy: { ...policy, firstIntervalMs: 9e15, capMs: 9e15, pollIntervalMs: 9e15 } };
    for (const outcome of [{ kind: 'pending' }, { kind: 'unknown', code: 'http_500', message: '' }] as const) {
      const { notBeforeMs } = judge(called, outcome, endless, 1_790_000_000_000, 0) as { notBeforeMs: number };
      expect(new Date(notBeforeMs).toISOString()).toBe('+275760-09-13T00:00:00.000Z');
    }
  });
});

describe('how a call ended', () => {
  it('keeps a timeout between a call that timed out and the next', () => {
    const judged = judge(called, { kind: 'unknown', code: 'timeout', message: '' }, rules, 10_000, 0);
    expect(judged).toMatchObject({ kind: 'retrying', sinceMs: 10_000, notBeforeMs: 13_000 });
  });

  it('believes Retry-After up to a minute, or up to the cap where that is longer', () => {
    const away = (retryAfterMs: number) => ({ kind: 'unknown', code: 'http_503', message: '', retryAfterMs }) as const;
    expect(judge(called, away(20_000), rules, 0, 0)).toMatchObject({ notBeforeMs: 20_000 });
    expect(judge(called, away(86_400_000), rules, 0, 0)).toMatchObject({ notBeforeMs: 60_000 });
    const patient = { ...rules, policy: shippedPolicies[2]! };
    expect(judge(called, away(86_400_000), patient, 0, 0)).toMatchObject({ notBeforeMs: 300_000 });
  });

  it('does not poll in a tight loop, even when asked to', () => {
    expect(judge(called, { kind: 'pending', retryAfterMs: 0 }, rules, 0, 0)).toMatchObject({ kind: 'pending', notBeforeMs: 200 });
    expect(judge(called, { kind: 'pending' }, rules, 0, 0)).toMatchObject({ kind: 'pending', notBeforeMs: 1_000 });
  });

  it('gives up after the last attempt, and says whether the contract was broken', () => {
    const last = { ...called, attempts: 3 };
    const refusal = { code: 'NO', message: 'never' };
    expect(judge(last, { kind: 'unknown', code: 'http_500', message: 'oops' }, rules, 0, 0)).toMatchObject({
      kind: 'exhausted',
      code: 'attempts_exhausted',
    });
    const breaks: CallRules = { ...rules, onRejected: 'retries' };
    expect(judge(called, { kind: 'rejected', refusal }, breaks, 0, 0)).toMatchObject({ kind: 'retrying', problem: refusal });
    expect(judge(last, { kind: 'rejected', refusal }, breaks, 0, 0)).toEqual({
      kind: 'exhausted',
      code: 'contract_broken',
      problem: refusal,
    });
  });
});
