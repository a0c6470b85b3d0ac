/** The totals that must hold whatever happened: nothing appears, nothing vanishes, nothing is left held at the end. */
import { formatCount, formatMoney } from './money.js';

/** What the inventory says it holds, over all SKUs. */
export interface StockTotals {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

/** What the payment service says it holds, over all accounts, in minor units. */
export interface MoneyTotals {
  readonly wallets: number;
  readonly frozen: number;
  readonly earned: number;
}

export interface CheckedTotal {
  readonly line: string;
  readonly holds: boolean;
}

/** `1,000 = 612 available + 0 reserved + 388 sold   holds`. */
export function checkStock(seeded: number, { available, reserved, sold }: StockTotals): CheckedTotal {
  const sum = `${formatCount(seeded)} = ${formatCount(available)} available + ${formatCount(reserved)} reserved + ${formatCount(sold)} sold`;
  return judged(`stock   ${sum}`, seeded, [available, reserved, sold], reserved);
}

/** `50,000.00 = 41,270.00 in wallets + 0.00 frozen + 8,730.00 earned   holds`. */
export function checkMoney(seeded: number, { wallets, frozen, earned }: MoneyTotals): CheckedTotal {
  const sum = `${formatMoney(seeded)} = ${formatMoney(wallets)} in wallets + ${formatMoney(frozen)} frozen + ${formatMoney(earned)} earned`;
  return judged(`money   ${sum}`, seeded, [wallets, frozen, earned], frozen);
}

function judged(words: string, seeded: number, parts: readonly number[], held: number): CheckedTotal {
  const found = parts.reduce((sum, part) => sum + part, 0);
  const holds = found === seeded && held === 0 && parts.every((part) => part >= 0);
  return { line: `${words.padEnd(76)}  ${holds ? 'holds' : 'DOES NOT HOLD'}`, holds };
}
