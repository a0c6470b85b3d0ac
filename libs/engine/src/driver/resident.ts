/**
 * A transaction in this node's memory: the present state, the durable one, and what hangs on it (calls, timers, whoever waits). Data and
 * bookkeeping only; what happens to it is decided in `driver.ts`, its rows are made in `images.ts`.
 */
import type { Plan, Transaction } from '@assent/protocol';
import type { EngineError } from '../errors.js';
import type { Timer } from '../ports/clock.js';
import type { AttemptRow, AuditRow, Incarnation } from '../ports/transaction-store.js';
import type { Batch, WriteItem } from '../writer/index.js';
import { type Acknowledgement, DURABLE, type Landing } from './acknowledgement.js';
import type { Flight } from './flight.js';

/** An image on its way into the store. */
export interface FlyingImage {
  readonly tx: Transaction;
  readonly revision: number;
  readonly owner: Incarnation | null;
  readonly attention: string | null;
  readonly attempts: number;
  /** Audit rows that it carries. */
  readonly deeds: number;
  /** Ids of the commands that it deletes. */
  readonly commands: readonly string[];
  /** What the state owes once this image is durable. */
  readonly plan: Plan;
}

/** A plan, and what it was made from: states are immutable, so it holds as long as they are the same and nothing has come due. */
export interface Planned {
  readonly tx: Transaction;
  readonly durable: Transaction | null;
  readonly plan: Plan;
}

/** What a resident's rows need of its driver. */
export interface ResidentHost {
  write(resident: Resident, batch: Batch): boolean;
  landed(resident: Resident): void;
  unmoved(resident: Resident): void;
  duplicate(resident: Resident): void;
  unstorable(resident: Resident, message: string): void;
}

/** Waits for a state in memory, not for a durable one: the outcome of a try that a registration waits for. */
export interface Watcher {
  /** Told after every event; true when it has seen enough and need not be told again. */
  saw(present: Transaction): boolean;
  /** The transaction has left this node's memory. */
  left(): void;
}

const NONE: readonly string[] = [];
const NO_DEEDS: readonly AuditRow[] = [];

/** Failed attempts that wait for a flush, per transaction. More than a flush of one second can bring only while the store is away. */
const MOST_ATTEMPT_ROWS = 200;

export class Resident implements WriteItem {
  /** Counts changes of `present`. */
  revision = 0;
  flying: FlyingImage | null = null;
  planned: Planned | null = null;
  /** False once it has left memory: what still refers to it must do nothing. */
  here = true;
  /** True while this node drains: the next image lets it go, whatever it owes. */
  leaving = false;
  /** True once the store refused its rows: the next image goes without side rows, which may be the culprits. */
  bare = false;
  settling = false;
  unsettled = false;
  hasFinished = false;
  /** The attention rows of which the monitor has been told. */
  alarmedAttention: string | null;
  wake: Timer | null = null;
  wakeAtMs: number | null = null;
  lazy: Timer | null = null;
  readonly flights = new Map<string, Flight>();
  readonly watchers: Watcher[] = [];
  private readonly attempts: AttemptRow[] = [];
  private deeds = NO_DEEDS;
  private applied = NONE;
  private acknowledgements: Acknowledgement[] = [];
  private landedRevision = -1;

  constructor(
    readonly gid: string,
    readonly contentHash: string,
    private readonly host: ResidentHost,
    public present: Transaction,
    /** The state whose image is in the store; `null` before the begin has landed. */
    public durable: Transaction | null,
    /** Counts durable images. */
    public version: number,
    /** Owner by the durable image. */
    public owner: Incarnation | null,
    public finishedAtMs: number | null,
    /** What the attention rows in the store are known to say; `null`: not known (loaded). */
    public attention: string | null,
  ) {
    this.alarmedAttention = attention;
  }

  /** Attempt rows that wait for the next image. */
  get waitingAttempts(): readonly AttemptRow[] {
    return this.attempts;
  }

  /** What people did to the present state. */
  get waitingDeeds(): readonly AuditRow[] {
    return this.deeds;
  }

  /** The next image carries this row, too. */
  addDeed(row: AuditRow): void {
    this.deeds = [...this.deeds, row];
  }

  /** Ids of commands whose effect is in the present state. */
  get appliedCommands(): readonly string[] {
    return this.applied;
  }

  /** The next image that lands deletes this command. */
  applies(commandId: string): void {
    if (!this.applied.includes(commandId)) this.applied = [...this.applied, commandId];
  }

  /** Keeps a failed attempt for the next image; false when too many wait already. */
  addAttempt(row: AttemptRow): boolean {
    if (this.attempts.length >= MOST_ATTEMPT_ROWS) return false;
    this.attempts.push(row);
    return true;
  }

  /** Waits until the state with this revision is durable. */
  expect(acknowledgement: Acknowledgement): void {
    this.acknowledgements.push(acknowledgement);
  }

  get isAwaited(): boolean {
    return this.acknowledgements.length > 0;
  }

  /** Nobody waits for this one any more. */
  dismiss(acknowledgement: Acknowledgement): void {
    this.acknowledgements = this.acknowledgements.filter((other) => other !== acknowledgement);
  }

  write(batch: Batch): boolean {
    return this.host.write(this, batch);
  }

  confirm(nowMs: number): void {
    const image = this.flying;
    if (image === null) return;
    this.flying = null;
    this.version += 1;
    this.durable = image.tx;
    this.planned = { tx: image.tx, durable: image.tx, plan: image.plan };
    this.owner = image.owner;
    this.attention = image.attention;
    this.landedRevision = image.revision;
    this.attempts.splice(0, image.attempts);
    if (image.deeds > 0) this.deeds = this.deeds.slice(image.deeds);
    if (image.commands.length > 0) this.applied = this.applied.filter((id) => !image.commands.includes(id));
    this.bare = false;
    if (this.finishedAtMs === null && isEnd(image.tx)) this.finishedAtMs = nowMs;
  }

  landed(): void {
    this.acknowledgeUpTo(this.landedRevision);
    this.host.landed(this);
  }

  unmoved(): void {
    this.flying = null;
    this.host.unmoved(this);
  }

  returned(): void {
    this.flying = null;
  }

  duplicate(): void {
    this.host.duplicate(this);
  }

  unstorable(message: string): void {
    this.host.unstorable(this, message);
  }

  /** Answers everybody who waits, in the same way. */
  answerAll(landing: Landing): void {
    const waiting = this.acknowledgements;
    this.acknowledgements = [];
    for (const acknowledgement of waiting) acknowledgement.resolve(landing);
  }

  refuseAll(error: EngineError): void {
    const waiting = this.acknowledgements;
    this.acknowledgements = [];
    for (const acknowledgement of waiting) acknowledgement.reject(error);
  }

  private acknowledgeUpTo(revision: number): void {
    const waiting = this.acknowledgements;
    if (waiting.length === 0) return;
    this.acknowledgements = [];
    for (const acknowledgement of waiting) {
      if (acknowledgement.revision <= revision) acknowledgement.resolve(DURABLE);
      else this.acknowledgements.push(acknowledgement);
    }
  }
}

function isEnd(tx: Transaction): boolean {
  return tx.status === 'committed' || tx.status === 'aborted';
}
