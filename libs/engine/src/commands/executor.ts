/**
 * The side of the node that drives a transaction, or finds it at rest: reads the commands that others have recorded, and carries them out. A
 * command is deleted by the flush that makes its effect durable; one that changes nothing, by the next one.
 */
import type { Driver, Resident } from '../driver/index.js';
import { EngineError } from '../errors.js';
import type { Adoption } from '../ownership/index.js';
import type { Monitor } from '../ports/monitor.js';
import { type CommandRow, type Incarnation, StoreUnavailableError, type TransactionStore } from '../ports/transaction-store.js';
import type { DatabaseTime, Scheduler } from '../time/index.js';
import type { Batch, WriteItem, Writer } from '../writer/index.js';
import { type Command, commandOf, deedOf, eventOf, recordedAtMs } from './command.js';
import type { Deed } from './deed.js';
import { endOfTry } from './end-of-try.js';
import { applyDeed, toldOf } from './interventions.js';
import { Note } from './note.js';

export interface ExecutorPorts {
  readonly self: Incarnation;
  readonly store: Pick<TransactionStore, 'readCommands' | 'findAudit'>;
  readonly writer: Pick<Writer, 'enqueue'>;
  readonly driver: Driver;
  readonly adoption: Adoption;
  readonly time: DatabaseTime;
  readonly scheduler: Scheduler;
  readonly monitor: Monitor;
}

/** Rows read at once. */
const PAGE = 500;
/** Commands that are being carried out at one time; a registration takes as long as its try. */
const MOST_UNDER_WAY = 5_000;
/** Whoever asked was answered long ago that the outcome is unknown; what nobody could carry out until now is given up with an alarm. */
const LONGEST_LIFE_MS = 3_600_000;

export class Executor {
  private readonly underWay = new Set<string>();
  /** Where the next page begins. Rows that cannot be carried out yet stay, and must not keep others from being seen. */
  private afterId = '';
  private ended = 0;

  constructor(private readonly ports: ExecutorPorts) {}

  /** Starts what there is to carry out. True when there may be more at once. Throws `StoreUnavailableError`. */
  async round(): Promise<boolean> {
    const { store, self } = this.ports;
    const endedBefore = this.ended;
    this.ended = 0;
    const rows = await store.readCommands(self, this.afterId, PAGE);
    this.afterId = rows.length < PAGE ? '' : rows[PAGE - 1]!.id;
    for (const row of rows) {
      if (this.underWay.has(row.id) || this.underWay.size >= MOST_UNDER_WAY) continue;
      this.underWay.add(row.id);
      void this.carryOut(row);
    }
    return endedBefore > 0 || rows.length === PAGE;
  }

  /** A deletion has landed. */
  deleted(id: string): void {
    this.underWay.delete(id);
    this.ended += 1;
  }

  /** A deletion was refused: somebody will find the command again. */
  kept(id: string): void {
    this.underWay.delete(id);
  }

  private async carryOut(row: CommandRow): Promise<void> {
    const { monitor, time } = this.ports;
    let command: Command | null;
    let deed: ReturnType<typeof deedOf>;
    try {
      command = commandOf(row);
      deed = deedOf(row);
    } catch (error) {
      this.refuse(row, String(error));
      return;
    }
    if (time.nowMs() - recordedAtMs(row, deed) > LONGEST_LIFE_MS) {
      this.refuse(row, 'nobody could carry it out');
      return;
    }
    try {
      const isLeft = deed !== null ? await this.intervene(row, deed) : command === null ? 'left' : await this.apply(row, command);
      if (isLeft === 'left') this.kept(row.id);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'not_found') {
        this.dismiss(row.id);
        return;
      }
      this.kept(row.id);
      if (!(error instanceof EngineError || error instanceof StoreUnavailableError))
        monitor.alarm('command_failed', `${row.gid}: ${String(error)}`, { gid: row.gid });
    }
  }

  /** `left`: it stays in the store, for whoever can carry it out. */
  private async apply(row: CommandRow, command: Command): Promise<'closed' | 'left'> {
    const { driver, adoption, time } = this.ports;
    const found = await adoption.acquire(row.gid);
    if (found.kind === 'elsewhere' || !found.resident.here) return 'left';
    const { resident } = found;
    const answer = driver.step(resident, eventOf(command, time.nowMs()));
    if (answer === null) return 'left';
    if (answer.kind === 'refused' || answer.kind === 'ignored') {
      driver.settle(resident);
      this.dismiss(row.id);
      return 'closed';
    }
    if (command.kind !== 'register' || command.branch.run === 'self') return this.close(resident, row);
    const landing = driver.durablyRepeated(resident);
    driver.settle(resident);
    if (landing !== null && (await landing).kind !== 'durable') return 'left';
    // The node that was asked answers with the outcome of the try: the row goes when that is durable.
    await endOfTry(driver, this.ports.scheduler, resident, command.branch.id, command.waitMs);
    return resident.here ? this.close(resident, row) : 'left';
  }

  /** What a person asked for: its audit row goes with the image that it changed, or alone. */
  private async intervene(row: CommandRow, deed: Deed): Promise<'closed' | 'left'> {
    const { driver, adoption, time, writer } = this.ports;
    const found = await adoption.acquire(row.gid);
    if (found.kind === 'elsewhere' || !found.resident.here) return 'left';
    const { resident } = found;
    if ((await toldOf(this.ports.store, driver, deed, resident)) !== null) {
      this.dismiss(row.id);
      return 'closed';
    }
    if (!resident.here) return 'left';
    const applied = applyDeed(driver, time, resident, deed);
    if (applied.kind === 'done') return this.close(resident, row);
    driver.settle(resident);
    const waiter = { resolve: () => this.deleted(row.id), reject: () => this.kept(row.id) };
    writer.enqueue(new Note(applied.note, row.id, waiter));
    return 'closed';
  }

  /** Deletes the command with the present state of its transaction. */
  private async close(resident: Resident, row: CommandRow): Promise<'closed' | 'left'> {
    const { driver } = this.ports;
    resident.applies(row.id);
    const landing = driver.durably(resident);
    driver.settle(resident);
    if (landing === null) {
      this.dismiss(row.id);
      return 'closed';
    }
    if ((await landing).kind !== 'durable') return 'left';
    this.deleted(row.id);
    return 'closed';
  }

  private refuse(row: CommandRow, why: string): void {
    this.ports.monitor.alarm('command_refused', `${row.kind} ${row.id} of ${row.gid}: ${why}`, { gid: row.gid });
    this.dismiss(row.id);
  }

  private dismiss(id: string): void {
    this.ports.writer.enqueue(new Dismissal(id, this));
  }
}

/** The deletion of a command that changes nothing. */
class Dismissal implements WriteItem {
  constructor(
    /** The command's id: of its own in the writer's queue, because it is no image of a transaction. */
    readonly gid: string,
    private readonly executor: Executor,
  ) {}

  write(batch: Batch): boolean {
    batch.dismiss(this.gid);
    return true;
  }

  confirm(): void {
    // Nothing follows before it has landed.
  }

  landed(): void {
    this.executor.deleted(this.gid);
  }

  unmoved(): void {
    // It moves no transaction.
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    this.executor.kept(this.gid);
  }

  unstorable(): void {
    this.executor.kept(this.gid);
  }
}
