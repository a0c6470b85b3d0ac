/** A flush being put together: the rows of its items, counted in rows and characters. */
import type { EventRow } from '../ports/outbox.js';
import type {
  AppliedCommand,
  AttemptRow,
  AttentionChange,
  AuditRow,
  BeginRow,
  CommandRow,
  Declaration,
  Flag,
  FlushBatch,
  Incarnation,
  Move,
} from '../ports/transaction-store.js';
import type { WriteItem } from './item.js';

const NOTHING = {};

/** Ids, numbers and SQL around one row, in characters: an estimate for the bound, not an account. */
const ROW_OVERHEAD = 300;

export class Batch {
  readonly items: WriteItem[] = [];
  readonly begins: BeginRow[] = [];
  readonly moves: Move[] = [];
  readonly attempts: AttemptRow[] = [];
  readonly attention: AttentionChange[] = [];
  readonly audit: AuditRow[] = [];
  readonly events: EventRow[] = [];
  readonly commands: CommandRow[] = [];
  readonly applied: AppliedCommand[] = [];
  readonly dismissed: string[] = [];
  noted: AuditRow[] | undefined;
  flagged: Flag[] | undefined;
  declarations: readonly Declaration[] = [];
  /** Monotonic time at which it was sent: the lease runs from here once it is confirmed. */
  sentAtMs = 0;
  /** Gids whose guard did not match; known after the flush. */
  unmoved: ReadonlySet<string> = new Set();
  private chars = 0;

  constructor(
    /** 63 random bits: what the rows of this flush are known by. */
    readonly flush: string,
  ) {}

  /** Takes the rows of an item; one with nothing to write is left out. */
  take(item: WriteItem): void {
    if (item.write(this)) this.items.push(item);
  }

  begin(row: BeginRow): void {
    this.begins.push(row);
    this.chars += ROW_OVERHEAD + row.definition.length + row.progress.length;
  }

  move(row: Move): void {
    this.moves.push(row);
    this.chars += ROW_OVERHEAD + (row.image === null ? 0 : row.image.progress.length + (row.image.definition?.length ?? 0));
  }

  attempt(row: AttemptRow): void {
    this.attempts.push(row);
    this.chars += ROW_OVERHEAD + row.message.length;
  }

  changeAttention(change: AttentionChange): void {
    this.attention.push(change);
    this.chars += ROW_OVERHEAD * (change.rows.length + 1);
  }

  /** Writes an event, where its transaction moves. */
  event(row: EventRow): void {
    this.events.push(row);
    this.chars += ROW_OVERHEAD + row.body.length;
  }

  /** Records a command for the node that drives its transaction. */
  command(row: CommandRow): void {
    this.commands.push(row);
    this.chars += ROW_OVERHEAD + row.body.length + row.reason.length;
  }

  /** Deletes a command that this flush carries out, where its transaction moves. */
  apply(command: AppliedCommand): void {
    this.applied.push(command);
    this.chars += ROW_OVERHEAD;
  }

  /** Deletes a command that changes nothing. */
  dismiss(commandId: string): void {
    this.dismissed.push(commandId);
    this.chars += ROW_OVERHEAD;
  }

  /** Keeps an audit row that belongs to no image. */
  note(row: AuditRow): void {
    this.noted ??= [];
    this.noted.push(row);
    this.chars += ROW_OVERHEAD + row.reason.length + row.detail.length;
  }

  /** Says that a transaction needs attention, without an image of it. */
  raiseFlag(flag: Flag): void {
    this.flagged ??= [];
    this.flagged.push(flag);
    this.chars += ROW_OVERHEAD;
  }

  /** What somebody did, joined to the image of its transaction. */
  deed(row: AuditRow): void {
    this.audit.push(row);
    this.chars += ROW_OVERHEAD + row.reason.length + row.detail.length;
  }

  /** All rows, side rows included. */
  get rows(): number {
    const { begins, moves, attempts, attention, audit, events, commands, applied, dismissed } = this;
    const alone = (this.noted?.length ?? 0) + (this.flagged?.length ?? 0);
    const sideRows = attempts.length + attention.length + audit.length + events.length + alone;
    return begins.length + moves.length + sideRows + commands.length + applied.length + dismissed.length;
  }

  /** True when no further item should be taken. One item may go beyond: an item is never cut in two. */
  isFull(maxRows: number, maxChars: number): boolean {
    return this.rows >= maxRows || this.chars >= maxChars;
  }

  /** What the store is given, under the fence of this node. */
  under(incarnation: Incarnation, flushes: number): FlushBatch {
    return {
      fence: { incarnation, flushes },
      flush: this.flush,
      begins: this.begins,
      moves: this.moves,
      attempts: this.attempts,
      attention: this.attention,
      audit: this.audit,
      events: this.events,
      declarations: this.declarations,
      commands: this.commands,
      applied: this.applied,
      dismissed: this.dismissed,
      ...(this.noted === undefined ? NOTHING : { noted: this.noted }),
      ...(this.flagged === undefined ? NOTHING : { flagged: this.flagged }),
    };
  }
}
