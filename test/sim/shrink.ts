/**
 * Makes a failing seed small: first without whole fault classes, then with fewer transactions, then with less time for trouble. A smaller world
 * counts when it breaks the same invariant, because a shorter way to another mistake explains nothing.
 */
import { type Report, runSeed, type WorldOptions } from '@assent/testing';

export interface Shrunk {
  readonly options: WorldOptions;
  readonly report: Report;
  readonly runs: number;
}

const MOST_RUNS = 200;

export async function shrink(failing: WorldOptions, report: Report): Promise<Shrunk> {
  const shrinking = new Shrinking(failing, report);
  await shrinking.dropClasses();
  await shrinking.reduce('transactions', 1, 12);
  await shrinking.reduce('troubleMs', 100, 6_000);
  // What is small may need fewer faults still.
  await shrinking.dropClasses();
  return shrinking.result;
}

class Shrinking {
  private readonly invariant: string;
  private runs = 0;

  constructor(
    private options: WorldOptions,
    private report: Report,
  ) {
    this.invariant = report.findings[0]!.invariant;
  }

  get result(): Shrunk {
    return { options: this.options, report: this.report, runs: this.runs };
  }

  async dropClasses(): Promise<void> {
    for (const name of [...this.report.injected.keys()]) await this.attempt({ without: [...this.options.without, name] });
  }

  /** The smallest value that still fails, as far as halving finds it. */
  async reduce(what: 'transactions' | 'troubleMs', least: number, most: number): Promise<void> {
    let low = least;
    let high = this.options[what] ?? most;
    while (low < high && this.runs < MOST_RUNS) {
      const middle = Math.floor((low + high) / 2);
      if (await this.attempt({ [what]: middle })) high = middle;
      else low = middle + 1;
    }
  }

  private async attempt(smaller: Partial<WorldOptions>): Promise<boolean> {
    if (this.runs >= MOST_RUNS) return false;
    this.runs += 1;
    const options = { ...this.options, ...smaller };
    const report = await runSeed(options);
    if (!report.findings.some(({ invariant }) => invariant === this.invariant)) return false;
    this.options = options;
    this.report = report;
    return true;
  }
}

/** The command that shows this run. */
export function commandFor({ seed, without, transactions, troubleMs }: WorldOptions): string {
  const parts = [`npm run sim -- --seed ${seed}`];
  if (without.length > 0) parts.push(`--without ${without.join(',')}`);
  if (transactions !== null) parts.push(`--transactions ${transactions}`);
  if (troubleMs !== null) parts.push(`--trouble ${troubleMs}`);
  return `${parts.join(' ')} --trace`;
}
