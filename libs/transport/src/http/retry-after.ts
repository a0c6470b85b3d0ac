/** Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date, which counts from the answer's own `Date` so that clocks need not agree. */

/** Bounds of what a participant may ask for, in milliseconds. */
export interface RetryAfterBounds {
  /** `0` would make a busy loop of polls. */
  readonly minMs: number;
  /** A participant must not be able to put a transaction off for a day: it would miss the retry cap. */
  readonly maxMs: number;
}

/** The wait asked for, clamped, in milliseconds; `undefined` when there is none or it cannot be read. */
export function readRetryAfter(
  value: string | undefined,
  date: string | undefined,
  wallClockMs: number,
  bounds: RetryAfterBounds,
): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const waitMs = /^[0-9]{1,12}$/.test(text) ? Number(text) * 1_000 : msUntil(text, date, wallClockMs);
  return waitMs === undefined ? undefined : Math.min(bounds.maxMs, Math.max(bounds.minMs, waitMs));
}

function msUntil(text: string, date: string | undefined, wallClockMs: number): number | undefined {
  // Every date form of RFC 9110 begins with the name of a day; Date.parse alone would take "-5" for a year.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  const answeredAt = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? undefined : at - (Number.isNaN(answeredAt) ? wallClockMs : answeredAt);
}
