/** Reads what is to happen where, as text. */
import { type FailpointName, type Failpoints, failpoints, noFailpoints } from '@assent/protocol';
import { ProcessFailpoints } from './process-failpoints.js';

/** What happens to the process. `delay` holds up all of it, not only the work at hand. */
export type Harm = { readonly kind: 'crash' } | { readonly kind: 'stop' } | { readonly kind: 'delay'; readonly delayMs: number };

/** One harm at one failpoint, done once: when it is passed for the `at`th time. */
export interface Arming {
  readonly name: FailpointName;
  readonly harm: Harm;
  readonly at: number;
}

/** Longer than any lease one would test with. */
const LONGEST_DELAY_MS = 60_000;

/**
 * Reads `NAME:crash`, `NAME:stop` or `NAME:delay:MILLISECONDS`, each with `@N` behind it for the Nth time that it is passed (default 1), comma
 * separated. Throws an error with one line that says what is wrong.
 */
export function parseFailpoints(text: string): readonly Arming[] {
  return text.split(',').map((part) => parseOne(part.trim()));
}

/** The failpoints of this process; none without a text. Throws as `parseFailpoints`, and when there is a text in production. */
export function failpointsOf(text: string | undefined, mode: 'production' | 'development'): Failpoints {
  if (text === undefined) return noFailpoints;
  if (mode === 'production') throw new Error(`ASSENT_FAILPOINT ${refusedInProduction}`);
  return new ProcessFailpoints(parseFailpoints(text));
}

/** What is wrong with a variable that is set where nobody may be hurt on purpose. */
export const refusedInProduction = 'is refused in production; it needs ASSENT_MODE=development';

function parseOne(part: string): Arming {
  const [, name = '', kind, delay, at = '1'] = /^([a-z.-]+):(crash|stop|delay)(?::(\d{1,5}))?(?:@(\d{1,9}))?$/.exec(part) ?? [];
  if (!isFailpoint(name)) {
    throw new Error(
      `"${part}" arms no failpoint: NAME:crash, NAME:stop or NAME:delay:MILLISECONDS, @N behind it for the Nth time; see docs/failpoints.md`,
    );
  }
  const delayMs = Number(delay ?? 0);
  if ((kind === 'delay') !== (delay !== undefined)) throw new Error(`"${part}": delay, and only delay, is followed by milliseconds`);
  if (delayMs > LONGEST_DELAY_MS) throw new Error(`"${part}": at most ${LONGEST_DELAY_MS} milliseconds`);
  if (Number(at) === 0) throw new Error(`"${part}": the first time is @1`);
  const harm: Harm = kind === 'crash' || kind === 'stop' ? { kind } : { kind: 'delay', delayMs };
  return { name, harm, at: Number(at) };
}

function isFailpoint(name: string): name is FailpointName {
  return Object.hasOwn(failpoints, name);
}
