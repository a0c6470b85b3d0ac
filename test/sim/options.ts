/** The command line of `npm run sim`. */
import { parseArgs } from 'node:util';
import { faultNames } from '@assent/testing';

export const help = `npm run sim -- [options]
  --seeds N            how many seeds (default 2000), after those that are known to be bad
  --from N             the first of them (default 1)
  --seed N             this one only
  --trace              print what happens
  --minutes M          go on for so long, whatever the number of seeds
  --without A,B        fault classes that are off: ${faultNames.join(' ')}
  --transactions N     instead of the number that the seed draws
  --trouble MS         virtual milliseconds of trouble, instead of those that the seed draws
  --figures            write the figures into docs/reliability.md
  --keep-going         do not stop at the first seed that fails
  --list               the fault classes and what they do`;

export interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | null;
  readonly minutes: number | null;
  readonly without: readonly string[];
  readonly transactions: number | null;
  readonly troubleMs: number | null;
  readonly trace: boolean;
  readonly figures: boolean;
  readonly keepGoing: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

const DEFAULT_SEEDS = 2_000;

/** Throws an Error with one line that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      without: { type: 'string' },
      transactions: { type: 'string' },
      trouble: { type: 'string' },
      trace: { type: 'boolean', default: false },
      figures: { type: 'boolean', default: false },
      'keep-going': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const without = values.without === undefined || values.without === '' ? [] : values.without.split(',');
  const unknown = without.filter((name) => !(faultNames as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`There is no fault class ${unknown.join(', ')}; --list names them`);
  const seed = number('seed', values.seed);
  return {
    seeds: seed === null ? (number('seeds', values.seeds) ?? DEFAULT_SEEDS) : 1,
    from: seed ?? number('from', values.from) ?? 1,
    seed,
    minutes: number('minutes', values.minutes),
    without,
    transactions: number('transactions', values.transactions),
    troubleMs: number('trouble', values.trouble),
    trace: values.trace,
    figures: values.figures,
    keepGoing: values['keep-going'],
    list: values.list,
    help: values.help,
  };
}

function number(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not "${text}"`);
  return value;
}
