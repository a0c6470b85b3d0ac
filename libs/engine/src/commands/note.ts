/** An audit row that belongs to no image: a refusal, or what had been done before. With it goes the command row that asked for it, if there is one. */
import { outcomeUnknown } from '../driver/index.js';
import type { EngineError } from '../errors.js';
import type { AuditRow } from '../ports/transaction-store.js';
import type { Batch, WriteItem } from '../writer/index.js';

export class Note implements WriteItem {
  /** Of its own in the writer's queue. */
  readonly gid: string;

  constructor(
    private readonly row: AuditRow,
    private readonly command: string | null,
    private readonly waiter: { resolve(): void; reject(error: EngineError): void },
  ) {
    this.gid = `note ${row.id}`;
  }

  write(batch: Batch): boolean {
    batch.note(this.row);
    if (this.command !== null) batch.dismiss(this.command);
    return true;
  }

  confirm(): void {
    // Whoever waits is told once it has landed.
  }

  landed(): void {
    this.waiter.resolve();
  }

  unmoved(): void {
    // It moves no transaction.
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    this.waiter.resolve();
  }

  /** The store has a row of this id already, or cannot hold this one. */
  unstorable(): void {
    this.waiter.reject(outcomeUnknown(this.row.gid));
  }
}
