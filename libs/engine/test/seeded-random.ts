/** Chance from a seed: the generator "mulberry32" (public domain, Tommy Ettinger), enough for tests. */
import type { Random } from '../src/ports/clock.js';

export class SeededRandom implements Random {
  constructor(private state: number) {}

  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  bits63(): string {
    const high = BigInt(Math.floor(this.fraction() * 0x7fffffff));
    const low = BigInt(Math.floor(this.fraction() * 0x100000000));
    return ((high << 32n) | low | 1n).toString();
  }

  /** One of the list. */
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.fraction() * list.length)]!;
  }
}
