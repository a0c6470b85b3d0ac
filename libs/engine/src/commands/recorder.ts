/**
 * The side of the node that was asked: records a command for the node that drives its transaction, and watches the row go. What the row's going
 * means is read from the transaction: a command leaves no answer behind, because asking again is harmless.
 */
import { outcomeUnknown } from '../driver/index.js';
import { EngineError } from '../errors.js';
import type { Timer } from '../ports/clock.js';
import type { Hints } from '../ports/hints.js';
import type { CommandRow, TransactionStore } from '../ports/transaction-store.js';
import { type Due, Loop, type Scheduler } from '../time/index.js';
import type { Batch, WriteItem, Writer } from '../writer/index.js';

export interface RecorderPorts {
  readonly store: Pick<TransactionStore, 'readRemainingCommands'>;
  readonly writer: Pick<Writer, 'enqueue'>;
  readonly scheduler: Scheduler;
  readonly hints: Hints;
  /** How often the rows that are waited for are looked at. */
  readonly lookEveryMs: number;
  readonly failed: (error: unknown) => void;
}

export class Recorder {
  private readonly waiting = new Map<string, Recording>();
  private readonly loop: Loop;
  private isLooking = false;
  private isClosed = false;

  constructor(private readonly ports: RecorderPorts) {
    this.loop = new Loop(
      ports.scheduler,
      () => ports.lookEveryMs,
      () => this.look(),
      ports.failed,
    );
  }

  /**
   * Records a command; resolves once its row is gone: it was carried out, or changed nothing. Rejects with `outcome_unknown` when that has not
   * happened within `withinMs`, or the incarnation ends: it may still be carried out.
   */
  record(row: CommandRow, withinMs: number): Promise<void> {
    if (this.isClosed) return Promise.reject(outcomeUnknown(row.gid));
    return new Promise((resolve, reject) => {
      const recording = new Recording(row, this, { resolve, reject });
      recording.timer = this.ports.scheduler.after(withinMs, recording);
      this.waiting.set(row.id, recording);
      this.ports.writer.enqueue(recording);
      if (this.isLooking) return;
      this.isLooking = true;
      this.loop.start();
    });
  }

  /** For a row that is in the store: the node that drives its transaction may be told. */
  recorded({ gid }: CommandRow): void {
    this.ports.hints.tell({ kind: 'command_recorded', gid });
  }

  /** Nobody waits for this row any more. */
  forget({ id }: CommandRow): void {
    this.waiting.delete(id);
  }

  /** The incarnation has ended: whoever waits is told that nothing is known. */
  close(): void {
    this.isClosed = true;
    this.loop.stop();
    for (const recording of [...this.waiting.values()]) recording.due();
  }

  private async look(): Promise<void> {
    const recorded = [...this.waiting.values()].filter(({ isRecorded }) => isRecorded);
    if (recorded.length === 0) return;
    const remaining = new Set(await this.ports.store.readRemainingCommands(recorded.map(({ row }) => row.id)));
    for (const recording of recorded) if (!remaining.has(recording.row.id)) recording.gone();
  }
}

/** A command on its way into the store, and whoever waits for it to be gone again. */
class Recording implements WriteItem, Due {
  /** Of its own in the writer's queue: it is no image of its transaction. */
  readonly gid: string;
  isRecorded = false;
  timer: Timer | null = null;

  constructor(
    readonly row: CommandRow,
    private readonly recorder: Recorder,
    private readonly waiter: { resolve(): void; reject(error: EngineError): void },
  ) {
    this.gid = row.id;
  }

  write(batch: Batch): boolean {
    batch.command(this.row);
    return true;
  }

  confirm(): void {
    // It is looked for once it has landed.
  }

  landed(): void {
    this.isRecorded = true;
    this.recorder.recorded(this.row);
  }

  /** Its row is not in the store any more. */
  gone(): void {
    this.end();
    this.waiter.resolve();
  }

  /** Time has run out. */
  due(): void {
    this.refuse(outcomeUnknown(this.row.gid));
  }

  unmoved(): void {
    // It moves no transaction.
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    this.due();
  }

  unstorable(message: string): void {
    this.refuse(new EngineError('unstorable', message, { gid: this.row.gid }));
  }

  private refuse(error: EngineError): void {
    this.end();
    this.waiter.reject(error);
  }

  private end(): void {
    this.timer?.cancel();
    this.recorder.forget(this.row);
  }
}
