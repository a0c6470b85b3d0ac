/** Variables about the protection of participants: when their circuit breakers open, and for how long. */
import { type BreakerPolicy, defaultBreakerPolicy } from '@assent/engine';
import { z } from 'zod';
import { pairs, readCount, readName, wholeNumber } from './values.js';

export const protectingVariables = {
  ASSENT_BREAKER_FAILURES: wholeNumber(1, 1_000_000).default(defaultBreakerPolicy.failuresInRow).meta({
    description:
      'Failed calls in a row (timeouts, broken connections, 5xx, 429) after which nothing more is sent to a participant until a probe succeeds. See protection.md.',
  }),
  ASSENT_PARTICIPANT_BREAKER_FAILURES: pairs(readName, readCount(1, 1_000_000)).default(new Map<string, number>()).meta({
    description: 'Participants whose breaker bears more or fewer failures in a row, as `name=count`, comma separated.',
    shownDefault: 'none',
  }),
  ASSENT_BREAKER_PERCENT: wholeNumber(1, 100)
    .default(defaultBreakerPolicy.failureRatio * 100)
    .meta({
      description: 'The breaker of a participant also opens when this percentage of its calls within ASSENT_BREAKER_WINDOW_MS has failed.',
    }),
  ASSENT_BREAKER_LEAST_CALLS: wholeNumber(1, 1_000_000)
    .default(defaultBreakerPolicy.leastCalls)
    .meta({ description: 'How many calls there must have been for ASSENT_BREAKER_PERCENT to count.' }),
  ASSENT_BREAKER_WINDOW_MS: wholeNumber(100, 3_600_000)
    .default(defaultBreakerPolicy.windowMs)
    .meta({ description: 'How far ASSENT_BREAKER_PERCENT looks back, in milliseconds.' }),
  ASSENT_BREAKER_OPEN_MS: wholeNumber(10, 3_600_000).default(defaultBreakerPolicy.openMs).meta({
    description:
      'How long, in milliseconds, a breaker that has opened lets nothing through before it sends one probe. Doubles with every probe that fails.',
  }),
  ASSENT_PARTICIPANT_BREAKER_OPEN_MS: pairs(readName, readCount(10, 3_600_000)).default(new Map<string, number>()).meta({
    description: 'Participants whose breaker stays open for longer or shorter at first, as `name=milliseconds`, comma separated.',
    shownDefault: 'none',
  }),
  ASSENT_BREAKER_LONGEST_OPEN_MS: wholeNumber(10, 3_600_000).default(defaultBreakerPolicy.longestOpenMs).meta({
    description:
      'The longest time, in milliseconds, between two probes; also the longest `Retry-After` that a breaker believes. What waits for a participant that is back waits no longer than this and a little.',
  }),
};

type ProtectingValues = z.infer<z.ZodObject<typeof protectingVariables>>;

interface Breakers {
  readonly breaker: BreakerPolicy;
  readonly breakers: ReadonlyMap<string, Partial<BreakerPolicy>>;
}

/** The breaker of every participant, and what those of some do otherwise. */
export function breakersOf(values: ProtectingValues): Breakers {
  const openMs = values.ASSENT_PARTICIPANT_BREAKER_OPEN_MS;
  const failures = values.ASSENT_PARTICIPANT_BREAKER_FAILURES;
  const longestOpenMs = values.ASSENT_BREAKER_LONGEST_OPEN_MS;
  const breakers = new Map<string, Partial<BreakerPolicy>>();
  for (const name of new Set([...openMs.keys(), ...failures.keys()])) {
    const open = openMs.get(name);
    const inRow = failures.get(name);
    breakers.set(name, {
      ...(open === undefined ? {} : { openMs: open, longestOpenMs: Math.max(open, longestOpenMs) }),
      ...(inRow === undefined ? {} : { failuresInRow: inRow }),
    });
  }
  return {
    breaker: {
      failuresInRow: values.ASSENT_BREAKER_FAILURES,
      failureRatio: values.ASSENT_BREAKER_PERCENT / 100,
      leastCalls: values.ASSENT_BREAKER_LEAST_CALLS,
      windowMs: values.ASSENT_BREAKER_WINDOW_MS,
      openMs: values.ASSENT_BREAKER_OPEN_MS,
      longestOpenMs,
    },
    breakers,
  };
}
