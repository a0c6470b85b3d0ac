/** Which breakers somebody may have to be told of. */
import type { DispatchState } from '@assent/engine';
import { openBreakersOf } from './open-breakers.js';

function payment(breaker: Partial<DispatchState['breaker']>): DispatchState {
  const lastProblem = { code: 'http_503', message: 'no', atMs: 5 };
  const closed = { state: 'closed', sinceMs: 5, failuresInRow: 3, openUntilMs: null, idleMs: 0, openedTotal: 1, lastProblem } as const;
  return { participant: 'payment', pause: null, breaker: { ...closed, ...breaker }, handed: 0, held: 0 };
}

describe('breakers that somebody may have to be told of', () => {
  it('are those that are open, or half open while somebody needs them', () => {
    const detail = 'payment is not called any more after 3 failures in a row: http_503';
    expect(openBreakersOf([payment({ state: 'open' })])).toEqual([{ participant: 'payment', sinceMs: 5, detail }]);
    expect(openBreakersOf([payment({ state: 'half_open', idleMs: 300_000 })])).toHaveLength(1);
  });

  it('are not those that are closed, or that nobody has called through for ten minutes', () => {
    expect(openBreakersOf([payment({}), payment({ state: 'half_open', idleMs: 600_000 })])).toEqual([]);
  });
});
