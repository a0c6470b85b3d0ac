/**
 * Reads a request body so strictly that what is stored, hashed, signed and sent later is what was meant: UTF-8, no key that could change a
 * careless receiver's prototypes, none named twice, bounded depth, whole Unicode characters, and no number that would lose its value (RFC 8785 is defined on IEEE
 * doubles only: two bodies that differ in the 20th digit would have one hash).
 */
import { isUtf8 } from 'node:buffer';
import { ApiError } from '../errors/index.js';
import { firstDuplicateKey } from './duplicate-keys.js';
import { firstUnsafeNumber } from './unsafe-numbers.js';

/** Levels of nesting a body may have; the outermost object is the first. */
export const MAX_DEPTH = 32;

/** In a Unicode-aware expression a whole pair is one character, so that only halves match. */
const HALF_A_PAIR = /\p{Surrogate}/u;

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The parsed body. Throws `ApiError` `body_required`, `not_json`, `forbidden_key`, `duplicate_key`, `too_deep`, `invalid_text` or `unsafe_number`. */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new ApiError('body_required', 'The body is empty.');
  if (!isUtf8(bytes)) throw new ApiError('not_json', 'The body is not UTF-8.');
  const text = bytes.toString('utf8');
  const value = parseText(text);
  // Raw surrogate halves are no UTF-8, so they can only come in as escapes.
  const members = check(value, '', 1, text.includes('\\u'));
  const twice = firstDuplicateKey(text, members);
  if (twice !== null) throw new ApiError('duplicate_key', `One object of the body has two keys "${twice.slice(0, 64)}".`);
  const unsafe = firstUnsafeNumber(text);
  if (unsafe !== null) {
    throw new ApiError('unsafe_number', `The number ${unsafe.slice(0, 40)} would be changed to ${String(Number(unsafe))}.`);
  }
  return value;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ApiError('not_json', `The body cannot be parsed: ${positionIn(cause)}.`);
  }
}

/** Where the parser stopped, without the piece of the body that V8 puts into its message. */
function positionIn(cause: unknown): string {
  const position = cause instanceof Error ? /position (\d+)/.exec(cause.message)?.[1] : undefined;
  return position === undefined ? 'it ends too early or is malformed' : `unexpected character at position ${position}`;
}

/** Returns how many members there are, in all objects together. */
function check(value: unknown, pointer: string, depth: number, checkText: boolean): number {
  if (typeof value === 'string') {
    if (checkText && HALF_A_PAIR.test(value)) throw new ApiError('invalid_text', 'The text holds half a surrogate pair.', { pointer });
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw new ApiError('too_deep', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  let members = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) members += check(value[i], `${pointer}/${i}`, depth + 1, checkText);
    return members;
  }
  for (const key of Object.keys(value)) {
    members += 1;
    if (FORBIDDEN_KEYS.has(key)) throw new ApiError('forbidden_key', `A key may not be called "${key}".`, { pointer });
    if (checkText) check(key, pointer, depth, true);
    members += check((value as Record<string, unknown>)[key], childPointer(pointer, key), depth + 1, checkText);
  }
  return members;
}

function childPointer(pointer: string, key: string): string {
  return `${pointer}/${key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key}`;
}
