/**
 * A second opinion on the fence (DESIGN 7, "Fence, beat, witness in one integer"): a model of `coordinator_node`, kept beside the database that a
 * run uses. Whatever the database lets through is held against it.
 */
import type { FlushBatch, FlushResult, Incarnation, Witness } from '@assent/engine';
import type { Findings } from './findings.js';

interface KnownNode {
  readonly name: string;
  readonly state: 'alive' | 'dead' | 'stopped';
  readonly flushes: number;
  /** Declared dead by a node that had watched it, not by a successor of its name. */
  readonly wasWatched: boolean;
}

export class Fences {
  private nodes = new Map<Incarnation, KnownNode>();

  constructor(private readonly findings: Findings) {}

  entered(incarnation: Incarnation, name: string): void {
    for (const [other, node] of this.nodes) {
      if (node.name === name && node.state === 'alive' && other !== incarnation) this.nodes.set(other, { ...node, state: 'dead' });
    }
    if (!this.nodes.has(incarnation)) this.nodes.set(incarnation, { name, state: 'alive', flushes: 0, wasWatched: false });
  }

  left(incarnation: Incarnation): void {
    const node = this.nodes.get(incarnation);
    if (node?.state === 'alive') this.nodes.set(incarnation, { ...node, state: 'stopped' });
  }

  isAlive(incarnation: Incarnation): boolean {
    return this.nodes.get(incarnation)?.state === 'alive';
  }

  /** True when others were entitled to take over: they had watched it for a lease. */
  wasDeclaredDead(incarnation: Incarnation): boolean {
    const node = this.nodes.get(incarnation);
    return node !== undefined && node.state === 'dead' && node.wasWatched;
  }

  flushed({ fence }: FlushBatch, result: FlushResult): void {
    if (result.kind !== 'committed') return;
    const node = this.nodes.get(fence.incarnation);
    if (node === undefined || node.state !== 'alive') {
      this.findings.add('O', '', `a flush of ${fence.incarnation} committed, though that node is ${node?.state ?? 'unknown'}`);
    } else if (node.flushes !== fence.flushes) {
      this.findings.add('O', '', `flush ${fence.flushes} of ${fence.incarnation} committed, though ${node.flushes} is next`);
    }
    if (node !== undefined) this.nodes.set(fence.incarnation, { ...node, flushes: fence.flushes + 1 });
    for (const declared of result.declared) {
      const dead = this.nodes.get(declared);
      if (dead !== undefined) this.nodes.set(declared, { ...dead, state: 'dead', wasWatched: true });
    }
  }

  settled(incarnation: Incarnation, flushes: number, witness: Witness): void {
    const node = this.nodes.get(incarnation);
    if (node === undefined) return;
    const isIn = node.flushes === flushes + 1;
    if (witness.kind === 'committed' && !isIn)
      this.findings.add('L', '', `flush ${flushes} was called committed, but the row holds ${node.flushes}`);
    if (witness.kind !== 'not_committed') return;
    if (isIn) this.findings.add('L', '', `flush ${flushes} was called not committed, but it is`);
    this.nodes.set(incarnation, { ...node, flushes: flushes + 2 });
  }

  /**
   * For a database that loses commits: what is answered puts everything back as it is now, and names the nodes that must notice. One or two
   * flushes less may be what the node itself is in doubt about.
   */
  snapshot(): () => readonly Incarnation[] {
    const kept = new Map(this.nodes);
    return () => {
      const regressed = [...this.nodes].filter(([id, node]) => (kept.get(id)?.flushes ?? 0) < node.flushes - 2).map(([id]) => id);
      this.nodes = new Map(kept);
      return regressed;
    };
  }
}
