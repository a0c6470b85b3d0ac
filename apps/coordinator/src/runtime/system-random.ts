/** The machine's own chance, for the engine. */
import { randomFillSync } from 'node:crypto';
import type { Random } from '@assent/engine';

/** Drawing bytes one number at a time costs ten times as much. */
const POOL_BYTES = 4_096;

export class SystemRandom implements Random {
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;

  fraction(): number {
    return Math.random();
  }

  bits63(): string {
    let bits = 0n;
    while (bits === 0n) bits = this.next64() >> 1n;
    return bits.toString();
  }

  private next64(): bigint {
    if (this.used === POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const value = this.pool.readBigUInt64LE(this.used);
    this.used += 8;
    return value;
  }
}
