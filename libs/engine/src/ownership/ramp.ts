/**
 * How much is taken up at once after a boot or an outage: little at first, doubling, so that participants that come back are not met by
 * everything that waited for them.
 */
export class Ramp {
  private nextSize: number;

  constructor(
    private readonly first: number,
    private readonly largest: number,
  ) {
    this.nextSize = first;
  }

  get size(): number {
    return this.nextSize;
  }

  grow(): void {
    this.nextSize = Math.min(this.largest, this.nextSize * 2);
  }

  restart(): void {
    this.nextSize = this.first;
  }
}
