import { type Outcome, outcomeTable } from './outcome-table.js';

const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome);

describe('the table of outcomes', () => {
  it('counts by mode, and says why orders were aborted, the most frequent reason first', () => {
    const outcomes = [
      ...times(64, { mode: 'tcc', status: 'committed' }),
      ...times(61, { mode: 'saga', status: 'committed' }),
      ...times(2, { mode: 'tcc', status: 'aborted', reason: 'INSUFFICIENT_FUNDS' }),
      ...times(3, { mode: 'saga', status: 'aborted', reason: 'OUT_OF_STOCK' }),
    ];
    expect(outcomeTable(outcomes)).toEqual([
      'outcome                       tcc   saga        why aborted',
      'committed                      64     61',
      'aborted                         2      3        OUT_OF_STOCK 3   INSUFFICIENT_FUNDS 2',
    ]);
  });

  it('shouts about orders that are not final', () => {
    expect(outcomeTable(times(1, { mode: 'saga', status: 'open' })).at(-1)).toMatch(/^open +0 +1 +NOT FINAL$/);
  });
});
