/**
 * Says in the attention table that a transaction was set aside: its own image cannot, because the machine or the store cannot go on with it. The row
 * goes with the next image of the transaction, whoever brings it on.
 */
import type { Batch, WriteItem } from '../writer/index.js';

export class RaisedFlag implements WriteItem {
  /** Of its own in the writer's queue: no gid contains a blank. */
  readonly gid: string;

  constructor(
    private readonly transaction: string,
    private readonly code: string,
    private readonly sinceMs: number,
  ) {
    this.gid = `flag ${transaction}`;
  }

  write(batch: Batch): boolean {
    const attention = { branch: '', kind: 'parked', code: this.code, participant: '', sinceMs: this.sinceMs } as const;
    batch.raiseFlag({ gid: this.transaction, attention });
    return true;
  }

  confirm(): void {
    // Nobody waits for it.
  }

  landed(): void {
    // Nobody waits for it.
  }

  unmoved(): void {
    // It moves no transaction.
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    // It begins no transaction.
  }

  unstorable(): void {
    // The alarm that came before it says the same.
  }
}
