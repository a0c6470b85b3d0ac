/** What was measured, by name. A figure of several rounds is their median; the rounds are kept beside it. */
import { median } from './quantiles.js';

export type Unit = 'per second' | 'ms' | 's' | 'ratio' | 'us' | 'MB' | 'bytes' | 'count';

export interface Figure {
  readonly value: number;
  readonly unit: Unit;
  /** As they came; absent when there was one. */
  readonly rounds?: readonly number[];
}

export class Figures {
  private readonly byName = new Map<string, Figure>();

  constructor(known: Readonly<Record<string, Figure>> = {}) {
    for (const [name, figure] of Object.entries(known)) this.byName.set(name, figure);
  }

  /** Keeps a figure. What could not be measured (NaN, null) is not kept, so that it is never shown. Throws when the name is taken. */
  add(name: string, unit: Unit, measured: number | null | readonly (number | null)[]): void {
    if (this.byName.has(name)) throw new Error(`two figures are called ${name}`);
    const rounds = (Array.isArray(measured) ? measured : [measured]).filter((value): value is number => Number.isFinite(value));
    if (rounds.length === 0) return;
    this.byName.set(name, { value: median(rounds), unit, ...(rounds.length > 1 ? { rounds } : {}) });
  }

  /** The value, or `null` when it was not measured. */
  value(name: string): number | null {
    return this.byName.get(name)?.value ?? null;
  }

  /** All of them, in the order in which they were measured. */
  all(): Readonly<Record<string, Figure>> {
    return Object.fromEntries(this.byName);
  }
}
