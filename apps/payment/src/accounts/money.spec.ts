import { formatMoney } from './money.js';

describe('money for people', () => {
  it.each([
    [1_200, '12.00'],
    [5, '0.05'],
    [0, '0.00'],
    [-1_234, '-12.34'],
    [123_456_789, '1234567.89'],
  ])('writes %i as %s', (minorUnits, text) => expect(formatMoney(minorUnits)).toBe(text));
});
