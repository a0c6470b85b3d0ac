import { median, quantile } from './quantiles.js';

describe('quantiles', () => {
  it('are values that were measured, never something in between', () => {
    const hundred = Array.from({ length: 101 }, (_, index) => index);
    expect([0, 0.5, 0.99, 0.999, 1].map((fraction) => quantile(hundred, fraction))).toEqual([0, 50, 99, 99, 100]);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2);
  });

  it('of nothing are not a number', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});
