/**
 * Finds keys that one object of JSON text names twice. `JSON.parse` keeps the last of them, other parsers the first: what was checked here would not be
 * what somebody else had logged or signed, and RFC 8785 is defined on JSON without duplicates (RFC 7493 section 2.3).
 */
import { endOfString } from './strings.js';

/** The first such key in valid JSON text; `null` when there is none. `members`: how many its parsed value has, in all objects together. */
export function firstDuplicateKey(text: string, members: number): string | null {
  // Every member has its colon, those inside strings come on top: with no more colons than members, none was lost.
  return countOf(':', text) === members ? null : search(text);
}

function countOf(character: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

function search(text: string): string | null {
  /** Keys seen of each object around the place at hand; an array has none. */
  const around: Set<string>[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at + 1);
      if (isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        const seen = around.at(-1);
        if (seen?.has(key)) return key;
        seen?.add(key);
      }
      at = end;
      continue;
    }
    if (character === '{' || character === '[') around.push(new Set());
    else if (character === '}' || character === ']') around.pop();
    at += 1;
  }
  return null;
}

/** In valid JSON a string is a key exactly when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text.charAt(at) === ':';
}
