import { checkMoney, checkStock } from './totals.js';

describe('the checked totals', () => {
  it('hold when nothing appeared, vanished or is left held', () => {
    expect(checkStock(1_000, { available: 612, reserved: 0, sold: 388 })).toEqual({
      line: expect.stringMatching(/^stock {3}1,000 = 612 available \+ 0 reserved \+ 388 sold +holds$/) as string,
      holds: true,
    });
    expect(checkMoney(5_000_000, { wallets: 4_127_000, frozen: 0, earned: 873_000 }).line).toMatch(
      /^money {3}50,000\.00 = 41,270\.00 in wallets \+ 0\.00 frozen \+ 8,730\.00 earned +holds$/,
    );
  });

  it.each([
    ['a unit vanished', { available: 611, reserved: 0, sold: 388 }],
    ['a unit appeared', { available: 613, reserved: 0, sold: 388 }],
    ['something is still reserved', { available: 611, reserved: 1, sold: 388 }],
    ['something fell below zero', { available: 1_001, reserved: 0, sold: -1 }],
  ])('do not hold when %s', (_what, totals) => {
    expect(checkStock(1_000, totals)).toEqual({ line: expect.stringMatching(/DOES NOT HOLD$/) as string, holds: false });
  });

  it('do not hold when money is still frozen', () => {
    expect(checkMoney(100, { wallets: 60, frozen: 40, earned: 0 }).holds).toBe(false);
  });
});
