/** Chance of one run: everything is drawn from its seed. Subjects draw from streams of their own, so that one can be switched off alone. */
import type { Random } from '@assent/engine';

export class SimRandom implements Random {
  private state: number;

  constructor(private readonly seed: number) {
    this.state = seed | 0;
  }

  /** Mulberry32 (T. Ettinger, public domain): 32 bits of state are plenty for one run, and it is the fastest there is. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Decimal digits instead of bits: 18 of them lie below 2^63, and need no arithmetic on large integers. */
  bits63(): string {
    return `${this.int(1, 999_999_999)}${String(this.int(0, 999_999_999)).padStart(9, '0')}`;
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.fraction() * list.length)]!;
  }

  /** A stream for one subject: the same whatever else is drawn from this one. */
  fork(subject: string): SimRandom {
    let hash = this.seed ^ 0x9e3779b9;
    for (let index = 0; index < subject.length; index += 1) hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193);
    return new SimRandom(Math.imul(hash ^ (hash >>> 15), 0x85ebca6b));
  }
}
