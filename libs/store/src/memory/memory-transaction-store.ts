/**
 * `TransactionStore` without a database: for the simulator and for tests of the engine. It answers like the real adapters, and can be told to
 * fail like a network: see `FlushFault`, `disconnect`, and the `pace` of its answers.
 */
import {
  type AttemptRow,
  type AuditRow,
  type CommandRow,
  type FlushBatch,
  type FlushResult,
  type Incarnation,
  type NodeRow,
  type StoredTransaction,
  StoreUnavailableError,
  type TransactionStore,
  type Witness,
} from '@assent/engine';
import type { Attention, Policy } from '@assent/protocol';
import type { MemoryDatabase } from './memory-database.js';

/**
 * What is to happen to one flush.
 * - `answered`: nothing of it is written, and the flush answers `result`.
 * - `lost`: it never reached the database; the answer is `unknown`.
 * - `acknowledgement_lost`: it is written; the answer is `unknown`.
 * - `late`: the answer is `unknown` now, and the packet arrives when `deliverLate` is called.
 */
export type FlushFault =
  | { readonly kind: 'answered'; readonly result: FlushResult }
  | { readonly kind: 'lost' }
  | { readonly kind: 'acknowledgement_lost' }
  | { readonly kind: 'late' };

/** Awaited before an operation reaches the database: lets a simulator decide when, and let other things happen meanwhile. */
export type Pace = (operation: keyof TransactionStore) => Promise<void>;

const MAX_ATTEMPTS_READ = 1_000;

export class MemoryTransactionStore implements TransactionStore {
  private readonly faults: FlushFault[] = [];
  private readonly latePackets: FlushBatch[] = [];
  private connected = true;

  constructor(
    readonly database: MemoryDatabase,
    private readonly pace: Pace = async () => {},
  ) {}

  /** Queues a fault: the next flush without one takes it. */
  failNextFlush(fault: FlushFault): void {
    this.faults.push(fault);
  }

  /** Lets every packet of a `late` flush arrive now; answers what became of them. */
  deliverLate(): readonly FlushResult[] {
    return this.latePackets.splice(0).map((batch) => this.database.flush(batch));
  }

  /** From now on the database is away: flushes are `retryable`, everything else throws `StoreUnavailableError`. */
  disconnect(): void {
    this.connected = false;
  }

  reconnect(): void {
    this.connected = true;
  }

  async enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }> {
    await this.reach('enter');
    this.database.enter(node);
    return { nowMs: this.database.nowMs() };
  }

  async leave(incarnation: Incarnation): Promise<void> {
    await this.reach('leave');
    this.database.leave(incarnation);
  }

  async flush(batch: FlushBatch): Promise<FlushResult> {
    const fault = this.faults.shift();
    await this.pace('flush');
    if (!this.connected) return { kind: 'retryable', message: 'the database is away' };
    switch (fault?.kind) {
      case undefined:
        return this.database.flush(batch);
      case 'answered':
        return fault.result;
      case 'acknowledgement_lost':
        this.database.flush(batch);
        break;
      case 'late':
        this.latePackets.push(batch);
        break;
      case 'lost':
        break;
    }
    return { kind: 'unknown', message: 'the connection broke' };
  }

  async settle(incarnation: Incarnation, flushes: number): Promise<Witness> {
    await this.reach('settle');
    return this.database.settle(incarnation, flushes);
  }

  async read(gid: string): Promise<StoredTransaction | null> {
    await this.reach('read');
    return this.database.transactions.get(gid) ?? null;
  }

  async readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]> {
    await this.reach('readMany');
    return [...new Set(gids)].flatMap((gid) => this.database.transactions.get(gid) ?? []);
  }

  async readAttempts(gid: string): Promise<readonly AttemptRow[]> {
    await this.reach('readAttempts');
    const rows = this.database.attempts.get(gid) ?? [];
    return rows.toSorted((a, b) => a.startedAtMs - b.startedAtMs).slice(-MAX_ATTEMPTS_READ);
  }

  async readAudit(gid: string): Promise<readonly AuditRow[]> {
    await this.reach('readAudit');
    return (this.database.audit.get(gid) ?? []).toSorted((a, b) => a.atMs - b.atMs);
  }

  async findAudit(ids: readonly string[]): Promise<readonly AuditRow[]> {
    await this.reach('findAudit');
    return [...this.database.audit.values()].flat().filter(({ id }) => ids.includes(id));
  }

  async readDue(nowMs: number, limit: number, fromMs = 0): Promise<readonly StoredTransaction[]> {
    await this.reach('readDue');
    return [...this.database.transactions.values()]
      .flatMap((row) => (row.dueAtMs !== null && row.dueAtMs >= fromMs && row.dueAtMs <= nowMs ? { row, dueAtMs: row.dueAtMs } : []))
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs)
      .slice(0, limit)
      .map(({ row }) => row);
  }

  async readWaiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]> {
    await this.reach('readWaiting');
    const waits = (row: Attention) => row.participant === participant && (row.kind === 'retrying' || row.kind === 'waiting');
    return [...this.database.attention]
      .filter(([gid, rows]) => gid > afterGid && rows.some(waits))
      .map(([gid]) => gid)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .slice(0, limit);
  }

  async readOwned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]> {
    await this.reach('readOwned');
    return this.owned(incarnation).slice(0, limit);
  }

  async readOwnedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]> {
    await this.reach('readOwnedGids');
    return this.owned(incarnation)
      .slice(0, limit)
      .map((row) => row.gid);
  }

  async readNodes(): Promise<readonly NodeRow[]> {
    await this.reach('readNodes');
    const owners = new Set([...this.database.transactions.values()].map((row) => row.owner));
    return [...this.database.nodes.values()].filter((node) => node.state === 'alive' || owners.has(node.incarnation));
  }

  async readCommands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]> {
    await this.reach('readCommands');
    const { commands, transactions } = this.database;
    const concerns = ({ gid }: CommandRow) => {
      const owner = transactions.get(gid)?.owner ?? null;
      return owner === null || owner === incarnation;
    };
    return [...commands.values()]
      .filter((row) => row.id > afterId && concerns(row))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async readRemainingCommands(ids: readonly string[]): Promise<readonly string[]> {
    await this.reach('readRemainingCommands');
    return ids.filter((id) => this.database.commands.has(id));
  }

  async readPolicies(): Promise<readonly Policy[]> {
    await this.reach('readPolicies');
    return [...this.database.policies];
  }

  async close(): Promise<void> {
    this.disconnect();
  }

  private owned(incarnation: Incarnation): readonly StoredTransaction[] {
    return [...this.database.transactions.values()].filter((row) => row.owner === incarnation);
  }

  private async reach(operation: keyof TransactionStore): Promise<void> {
    await this.pace(operation);
    if (!this.connected) throw new StoreUnavailableError('the database is away');
  }
}
