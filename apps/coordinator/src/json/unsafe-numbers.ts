/**
 * Finds numbers in JSON text that a double does not hold: `JSON.parse` would change them silently. A number is safe when its decimal value is the
 * value of the shortest decimal that reads back as the same double (what `JSON.stringify` writes): 0.1, 1.0 and 1e3 are, 9007199254740993 is not.
 */

import { endOfString } from './strings.js';

/** Longer literals are refused unread: 400 digits are beyond what any double needs. */
const LONGEST_LITERAL = 400;

/**
 * Up to 15 significant digits without an exponent always survive (DBL_DIG), so a body without a number of 16 or more characters or with an exponent
 * needs no closer look. A number follows one of these characters; text inside strings may match by chance, which costs only the closer look.
 */
const SUSPICIOUS = /[:,[\s]-?(?:\d[\d.]{15}|\d[\d.]{0,14}[eE])/;

const NUMBER_CHARACTERS = '0123456789+-.eE';

/** The first number in valid JSON text that would lose its value, as it is written there; `null` when all are safe. Linear in the text. */
export function firstUnsafeNumber(text: string): string | null {
  if (!SUSPICIOUS.test(text)) return null;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at + 1);
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, at);
      const literal = text.slice(at, end);
      if (!keepsItsValue(literal)) return literal;
      at = end;
    } else {
      at += 1;
    }
  }
  return null;
}

function endOfNumber(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && NUMBER_CHARACTERS.includes(text.charAt(end))) end += 1;
  return end;
}

function keepsItsValue(literal: string): boolean {
  if (literal.length > LONGEST_LITERAL) return false;
  const value = Number(literal);
  return Number.isFinite(value) && decimalOf(literal) === decimalOf(String(value));
}

/** A decimal's value as `digits` times ten to the `exponent`, without leading or trailing zeros, so that equal values are equal texts. */
function decimalOf(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + (digits.length - significant.length)}`;
}
