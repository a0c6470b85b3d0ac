/**
 * What operators were answered about pauses: a node that says that a participant is paused sends nothing to it from then on, whatever becomes of
 * its process, until somebody orders otherwise. An order that was not answered may be carried out at any time, so it ends all certainty. Answers may
 * overtake each other: which of two orders is the later one, the version says that each was kept under.
 */
import type { Findings } from './findings.js';

export class Pauses {
  /** Participant -> nodes that have answered that it is paused. */
  private readonly certain = new Map<string, Set<string>>();
  /** Participant -> orders to resume it that have not been answered. */
  private readonly resuming = new Map<string, number>();
  /** Participant -> version of the latest order to resume it that has been answered. */
  private readonly resumedAt = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  /** An order to resume is on its way. */
  resumes(participant: string): void {
    this.certain.delete(participant);
    this.resuming.set(participant, (this.resuming.get(participant) ?? 0) + 1);
  }

  /** An order to resume has been answered, so that none of its effects is still to come. */
  resumed(participant: string, version: number): void {
    this.resuming.set(participant, (this.resuming.get(participant) ?? 0) - 1);
    this.resumedAt.set(participant, Math.max(version, this.resumedAt.get(participant) ?? 0));
  }

  /** `node` has answered an order to pause, which was kept under `version`. */
  paused(participant: string, node: string, version: number): void {
    if ((this.resuming.get(participant) ?? 0) > 0 || version < (this.resumedAt.get(participant) ?? 0)) return;
    const nodes = this.certain.get(participant) ?? new Set();
    this.certain.set(participant, nodes.add(node));
  }

  leaves(gid: string, participant: string, node: string): void {
    if (this.certain.get(participant)?.has(node) === true) {
      this.findings.add('B', gid, `${node} calls ${participant}, which it has said is paused`);
    }
  }
}
