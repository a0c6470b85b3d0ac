/** Where strings end in JSON text that is known to be valid. */

/** The position behind the closing quote of a string whose content begins at `from`. */
export function endOfString(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

/** True when an odd number of backslashes stands before this position. */
function isEscaped(text: string, position: number): boolean {
  let first = position;
  while (text.charAt(first - 1) === '\\') first -= 1;
  return (position - first) % 2 === 1;
}
