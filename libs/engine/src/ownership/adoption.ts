/**
 * How a transaction that is in the store comes into this node's memory: for a command while it rests, by a claim when it is due, by a takeover
 * from a dead node, or as an orphan. One gid is on its way in at most once at a time, so that nobody drives from a row that somebody else
 * here has moved on meanwhile.
 */
import type { Attention, Transaction } from '@assent/protocol';
import { type Driver, outcomeUnknown, type Resident } from '../driver/index.js';
import { EngineError } from '../errors.js';
import type { Policies } from '../policies.js';
import type { Monitor } from '../ports/monitor.js';
import { type Incarnation, type StoredTransaction, StoreUnavailableError, type TransactionStore } from '../ports/transaction-store.js';
import { transactionOf } from '../rows.js';
import type { DatabaseTime } from '../time/index.js';
import type { Batch, WriteItem, Writer } from '../writer/index.js';
import { hurry } from './hurry.js';
import { Postponement } from './postponement.js';

export interface AdoptionPorts {
  readonly self: Incarnation;
  readonly store: TransactionStore;
  readonly writer: Writer;
  readonly driver: Driver;
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly monitor: Monitor;
  readonly maxInMemory: number;
}

/** Where a transaction is that something is asked of. */
export type Acquired =
  | { readonly kind: 'here'; readonly resident: Resident }
  /** Another node owns it: its row as it was read. */
  | { readonly kind: 'elsewhere'; readonly row: StoredTransaction };

const nobody = (): readonly string[] => [];

/** How often a command looks again when the transaction keeps changing hands before its eyes. */
const MOST_LOOKS = 10;
/** Rows read in one statement. */
const READ_CHUNK = 500;

export class Adoption {
  /** Gids on their way in, and who waits for them to have arrived (or not). */
  private readonly underWay = new Map<string, Array<() => void>>();

  constructor(private readonly ports: AdoptionPorts) {}

  /** How many more transactions may come in. */
  get room(): number {
    return Math.max(0, this.ports.maxInMemory - this.ports.driver.inMemory - this.underWay.size);
  }

  /** True when the transaction is in memory, on its way in, or set aside: not to be fetched. */
  isKnown(gid: string): boolean {
    const { driver } = this.ports;
    return this.underWay.has(gid) || driver.find(gid) !== undefined || driver.whySetAside(gid) !== undefined;
  }

  /** Resolves once nothing is under way for this gid. `null`: nothing is. */
  arrival(gid: string): Promise<void> | null {
    const waiting = this.underWay.get(gid);
    return waiting === undefined ? null : new Promise((resolve) => waiting.push(resolve));
  }

  /**
   * The transaction in memory: as it is there, or fetched from the store, at rest or this node's own; or its row, when another node owns it. Throws
   * `not_found`, `overloaded`, `outcome_unknown`, and why it was set aside; and `StoreUnavailableError`. The caller must settle it, so that it
   * leaves memory again.
   */
  async acquire(gid: string): Promise<Acquired> {
    const { driver } = this.ports;
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const resident = driver.find(gid);
      if (resident !== undefined && resident.durable !== null) return { kind: 'here', resident };
      // A begin in the air: whatever is asked of it is asked of what it becomes.
      const begun = resident === undefined ? this.arrival(gid) : driver.expectations.expect(resident, 0);
      if (begun !== null) {
        await begun;
        continue;
      }
      const code = driver.whySetAside(gid);
      if (code !== undefined) throw new EngineError(code, `transaction ${gid} was set aside with an alarm`, { gid });
      return this.fetch(gid);
    }
    throw outcomeUnknown(gid);
  }

  /** Moves a row that rests or belongs to a dead node to this one; once moved, it is driven here. `hurried`: the branches to be called at once. */
  claim(row: StoredTransaction, hurried: (tx: Transaction) => readonly string[] = nobody): void {
    this.underWay.set(row.gid, []);
    this.ports.writer.enqueue(new Claim(row, this.ports.self, hurried, this));
  }

  /** Lets a row that is due rest on until then; `attention` says for whom it waits. */
  postpone(row: StoredTransaction, untilMs: number, attention: readonly Attention[]): void {
    this.underWay.set(row.gid, []);
    this.ports.writer.enqueue(new Postponement(row, untilMs, attention, (gid) => this.arrived(gid)));
  }

  /** Loads rows that name this node as owner and that it does not hold. Returns how many there were. */
  async recover(gids: readonly string[]): Promise<number> {
    let recovered = 0;
    for (let from = 0; from < gids.length; from += READ_CHUNK) {
      const chunk = gids.slice(from, from + READ_CHUNK).filter((gid) => !this.isKnown(gid));
      // Marked before they are read: what is read now cannot have been driven here in between.
      for (const gid of chunk) this.underWay.set(gid, []);
      try {
        for (const row of await this.ports.store.readMany(chunk)) {
          if (row.owner !== this.ports.self) continue;
          recovered += 1;
          await this.drive(row, 'driven');
        }
      } finally {
        for (const gid of chunk) this.arrived(gid);
      }
    }
    return recovered;
  }

  /** For a claim that has landed: the row as it is now. */
  async claimed(row: StoredTransaction, was: 'resting' | 'driven', hurried: (tx: Transaction) => readonly string[]): Promise<void> {
    try {
      await this.drive(row, was);
      const resident = this.ports.driver.find(row.gid);
      if (resident !== undefined && hurried !== nobody) hurry(this.ports.driver, resident, hurried(resident.present), this.ports.time);
    } catch (error) {
      // It is this node's now: the search for orphans tries again once a lease.
      if (!(error instanceof StoreUnavailableError))
        this.ports.monitor.alarm('unreadable_row', `${row.gid}: ${String(error)}`, { gid: row.gid });
    } finally {
      this.arrived(row.gid);
    }
  }

  /** Nothing is under way for this gid any more. */
  arrived(gid: string): void {
    const waiting = this.underWay.get(gid);
    this.underWay.delete(gid);
    if (waiting !== undefined) for (const resolve of waiting) resolve();
  }

  refused(gid: string, message: string): void {
    this.ports.monitor.alarm('poison_row', `${gid}: could not be claimed: ${message}`, { gid });
    this.arrived(gid);
  }

  /** The incarnation has ended: whoever waits looks again, and finds that it has. */
  close(): void {
    for (const gid of [...this.underWay.keys()]) this.arrived(gid);
  }

  private async fetch(gid: string): Promise<Acquired> {
    const { store, self, driver } = this.ports;
    if (this.room === 0) throw new EngineError('overloaded', 'too many transactions are in memory', { gid, retryAfterMs: 1_000 });
    this.underWay.set(gid, []);
    try {
      const row = await store.read(gid);
      if (row === null) throw new EngineError('not_found', `There is no transaction ${gid}.`, { gid });
      if (row.owner !== null && row.owner !== self) return { kind: 'elsewhere', row };
      const tx = await transactionOf(row, this.ports.policies);
      return { kind: 'here', resident: driver.adopt(row, tx, row.owner === null ? 'resting' : 'driven') };
    } finally {
      this.arrived(gid);
    }
  }

  private async drive(row: StoredTransaction, was: 'resting' | 'driven'): Promise<void> {
    const { driver, time, policies } = this.ports;
    let resident: Resident;
    try {
      const tx = await transactionOf(row, policies);
      resident = driver.adopt(row, tx, was);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      driver.refuseRow(row.gid, String(error));
      return;
    }
    if (driver.step(resident, { kind: 'woke', atMs: time.nowMs() }) !== null) driver.settle(resident);
  }
}

/** A guarded move of ownership alone. The guard is the claim: of two nodes that try, one matches. */
class Claim implements WriteItem {
  readonly gid: string;

  constructor(
    private readonly row: StoredTransaction,
    private readonly self: Incarnation,
    private readonly hurried: (tx: Transaction) => readonly string[],
    private readonly adoption: Adoption,
  ) {
    this.gid = row.gid;
  }

  write(batch: Batch): boolean {
    const { gid, version, owner } = this.row;
    batch.move({ gid, fromVersion: version, knownOwner: owner, owner: this.self, dueAtMs: null, image: null });
    return true;
  }

  confirm(): void {
    // Nothing is known about it here before it is loaded.
  }

  landed(): void {
    const { row, self, hurried } = this;
    const was = row.owner === null ? 'resting' : 'driven';
    void this.adoption.claimed({ ...row, version: row.version + 1, owner: self, dueAtMs: null }, was, hurried);
  }

  unmoved(): void {
    this.adoption.arrived(this.gid);
  }

  returned(): void {
    // Sent again as it is.
  }

  duplicate(): void {
    this.adoption.refused(this.gid, 'reported as a duplicate');
  }

  unstorable(message: string): void {
    this.adoption.refused(this.gid, message);
  }
}
