/**
 * Transactions that the machine or the store cannot go on with. Their own image cannot say so: a row of the attention table does, which goes with
 * the next image of the transaction, whoever brings it on.
 */
import type { EngineErrorCode } from '../errors.js';
import type { DatabaseTime } from '../time/index.js';
import type { Batch, WriteItem, Writer } from '../writer/index.js';

/** More are forgotten, oldest first: they are tried again, and set aside again. */
const MOST_SET_ASIDE = 10_000;

export class SetAside {
  private readonly codes = new Map<string, EngineErrorCode>();

  constructor(
    private readonly writer: Pick<Writer, 'enqueue'>,
    private readonly time: Pick<DatabaseTime, 'nowMs'>,
  ) {}

  /** Why this transaction was set aside, or `undefined`. */
  why(gid: string): EngineErrorCode | undefined {
    return this.codes.get(gid);
  }

  note(gid: string, code: EngineErrorCode): void {
    const [oldest] = this.codes.keys();
    if (oldest !== undefined && this.codes.size >= MOST_SET_ASIDE) this.codes.delete(oldest);
    this.codes.set(gid, code);
    this.writer.enqueue(new RaisedFlag(gid, code, this.time.nowMs()));
  }
}

class RaisedFlag implements WriteItem {
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
