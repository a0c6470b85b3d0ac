/**
 * A row at rest that is due and owes nothing but calls which are held back: it is looked at again later, without being loaded, so that what waits for
 * one participant does not stand in the way of what is due for the others.
 */
import type { Attention } from '@assent/protocol';
import type { StoredTransaction } from '../ports/transaction-store.js';
import type { Batch, WriteItem } from '../writer/index.js';

export class Postponement implements WriteItem {
  readonly gid: string;

  constructor(
    private readonly row: StoredTransaction,
    /** Database time. */
    private readonly untilMs: number,
    /** Says for whom it waits, so that it is found when that participant is called again. */
    private readonly attention: readonly Attention[],
    /** Told once, when nothing is under way for this gid any more. */
    private readonly ended: (gid: string) => void,
  ) {
    this.gid = row.gid;
  }

  write(batch: Batch): boolean {
    const { gid, version } = this.row;
    batch.move({ gid, fromVersion: version, knownOwner: null, owner: null, dueAtMs: this.untilMs, image: null });
    batch.changeAttention({ gid, rows: this.attention });
    return true;
  }

  confirm(): void {
    // Nothing is known about it here.
  }

  landed(): void {
    this.ended(this.gid);
  }

  unmoved(): void {
    this.ended(this.gid);
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    this.ended(this.gid);
  }

  unstorable(): void {
    this.ended(this.gid);
  }
}
