/**
 * Judges which nodes are dead, by watching (DESIGN 7): one is dead when its `flushes` did not move during one lease of this node's own
 * monotonic time. No clocks are compared. Declaring is guarded by the number last seen.
 */
import type { Clock } from '../ports/clock.js';
import type { Incarnation, NodeRow, TransactionStore } from '../ports/transaction-store.js';
import type { Writer } from '../writer/index.js';

interface Sighting {
  readonly flushes: number;
  /** Monotonic time at which the read that first saw this number had ended. */
  readonly atMs: number;
}

/** A lease is watched by this many looks. */
const LOOKS_PER_LEASE = 10;

export class Watch {
  private readonly sightings = new Map<Incarnation, Sighting>();
  private lastLookEndedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly self: Incarnation,
    private readonly store: Pick<TransactionStore, 'readNodes'>,
    private readonly writer: Pick<Writer, 'declare' | 'beat'>,
    private readonly clock: Clock,
    private readonly leaseMs: number,
  ) {}

  /** The interval of the looks: a tenth of a lease. */
  get everyMs(): number {
    return this.leaseMs / LOOKS_PER_LEASE;
  }

  /**
   * Looks once. Declares what has stood still for a lease, and returns the nodes that are dead or stopped and still own rows. Throws
   * `StoreUnavailableError`. A look that failed or was late starts the watch again: whoever could not see did not see it stand still.
   */
  async look(): Promise<readonly NodeRow[]> {
    const startedAtMs = this.clock.monotonicMs();
    let nodes: readonly NodeRow[];
    try {
      nodes = await this.store.readNodes();
    } catch (error) {
      this.sightings.clear();
      throw error;
    }
    const endedAtMs = this.clock.monotonicMs();
    const isLate = endedAtMs - this.lastLookEndedAtMs > this.everyMs * 3;
    this.lastLookEndedAtMs = endedAtMs;
    if (isLate) this.sightings.clear();
    const alive = nodes.filter((node) => node.state === 'alive');
    for (const node of alive) if (node.incarnation !== this.self) this.judge(node, startedAtMs, endedAtMs);
    this.forgetAllBut(alive);
    // Found dead by another: the fence of the next flush says so, and everything that follows from it begins there.
    if (nodes.some((node) => node.incarnation === this.self && node.state !== 'alive')) this.writer.beat();
    return nodes.filter((node) => node.state !== 'alive' && node.incarnation !== this.self);
  }

  private judge(node: NodeRow, startedAtMs: number, endedAtMs: number): void {
    const sighting = this.sightings.get(node.incarnation);
    if (sighting === undefined || sighting.flushes !== node.flushes) {
      this.sightings.set(node.incarnation, { flushes: node.flushes, atMs: endedAtMs });
      return;
    }
    // From the end of the look that saw it first to the start of this one: less than that is not proven.
    if (startedAtMs - sighting.atMs < this.leaseMs) return;
    // At every look until it is dead: a node that was stopped inside a flush cannot be declared while its row is locked.
    this.writer.declare({ incarnation: node.incarnation, flushes: node.flushes });
  }

  private forgetAllBut(alive: readonly NodeRow[]): void {
    const living = new Set(alive.map((node) => node.incarnation));
    for (const incarnation of this.sightings.keys()) if (!living.has(incarnation)) this.sightings.delete(incarnation);
  }
}
