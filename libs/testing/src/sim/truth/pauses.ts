/**
 * What operators were answered about pauses: a node that says that a participant is paused sends nothing to it from then on, whatever becomes of
 * its process, until somebody orders otherwise. A process that it has replaced, and that goes on, has said nothing. An order that was not answered may be carried out at any time, so it ends all certainty. Answers may
 * overtake each other: which of two orders is the later one, the version says that each was kept under.
 */
import type { Findings } from './findings.js';

/** A process of a node: the nodes' processes are numbered as they start. */
interface Sender {
  readonly node: string;
  readonly boot: number;
}

export class Pauses {
  /** Participant -> nodes that have answered that it is paused -> the first of their processes, by its number, that did. */
  private readonly certain = new Map<string, Map<string, number>>();
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

  /** A process of a node has answered an order to pause, which was kept under `version`. */
  paused(participant: string, { node, boot }: Sender, version: number): void {
    if ((this.resuming.get(participant) ?? 0) > 0 || version < (this.resumedAt.get(participant) ?? 0)) return;
    const nodes = this.certain.get(participant) ?? new Map<string, number>();
    this.certain.set(participant, nodes.set(node, Math.min(boot, nodes.get(node) ?? boot)));
  }

  leaves(gid: string, participant: string, { node, boot }: Sender): void {
    if (boot >= (this.certain.get(participant)?.get(node) ?? Number.POSITIVE_INFINITY)) {
      this.findings.add('B', gid, `${node} calls ${participant}, which it has said is paused`);
    }
  }
}
