/**
 * The one writer of an incarnation (DESIGN 7, "Group commit"): one flush in the air, the next one collects. It knows rows, the fence and what
 * may become of a flush; it does not know transactions.
 */
import { FleetingMap } from '../memory/index.js';
import type { Clock, Random } from '../ports/clock.js';
import type { Failpoints } from '../ports/failpoints.js';
import type { Monitor } from '../ports/monitor.js';
import type { Declaration, FlushResult, Incarnation, TransactionStore } from '../ports/transaction-store.js';
import { Backoff } from '../time/index.js';
import { Batch } from './batch.js';
import { settleDoubt } from './doubt.js';
import type { WriteItem } from './item.js';

export interface WriterLimits {
  readonly maxFlushRows: number;
  readonly maxFlushBytes: number;
  readonly firstBackoffMs: number;
  readonly largestBackoffMs: number;
}

/** Whom the writer tells what concerns the whole incarnation. */
export interface WriterHost {
  /** Database time. */
  nowMs(): number;
  /** A flush committed: database time, and when it was sent and answered (monotonic). */
  renewed(databaseMs: number, sentAtMs: number, receivedAtMs: number): void;
  declared(incarnations: readonly Incarnation[]): void;
  /** Events are durable. */
  announced(): void;
  /** This incarnation was found dead: no call may leave from now on, though what is proven will still be answered. `ended` follows. */
  silenced(): void;
  /** This incarnation must send nothing more: declared dead, or its fence number is not its own any more. */
  ended(cause: 'dead' | 'alien', detail: string): void;
}

export class Writer {
  private queue = new FleetingMap<string, WriteItem>();
  /** Parts of a batch that hit a data error, each flushed by itself until the culprit is alone. */
  private readonly groups: WriteItem[][] = [];
  private readonly declarations = new Map<Incarnation, Declaration>();
  private readonly backoff: Backoff;
  private flushes = 0;
  private beatOwed = false;
  private kicked = false;
  private pumping = false;
  private stopped = false;
  private inTrouble = false;

  constructor(
    private readonly store: TransactionStore,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly monitor: Monitor,
    private readonly incarnation: Incarnation,
    private readonly limits: WriterLimits,
    private readonly host: WriterHost,
    private readonly failpoints: Failpoints,
  ) {
    this.backoff = new Backoff(clock, random, limits.firstBackoffMs, limits.largestBackoffMs);
  }

  /** Rows that wait for a flush. */
  get queueRows(): number {
    let rows = this.queue.size;
    for (const group of this.groups) rows += group.length;
    return rows;
  }

  /** True when nothing waits and nothing is in the air. */
  get isIdle(): boolean {
    return !this.pumping && !this.kicked && this.queue.size === 0 && this.groups.length === 0;
  }

  /** Puts an item in line; one that is there already keeps its place. The caller sees to it that a gid has one item at a time. */
  enqueue(item: WriteItem): void {
    if (this.stopped) return;
    this.queue.set(item.gid, item);
    this.kick();
  }

  /** Declares a node dead with the next flush, guarded by the `flushes` it was last seen at. */
  declare(declaration: Declaration): void {
    this.declarations.set(declaration.incarnation, declaration);
    this.kick();
  }

  /** Flushes even if there is nothing to flush, so that others see this node alive. */
  beat(): void {
    this.beatOwed = true;
    this.kick();
  }

  /** Sends nothing more. A flush in the air is not awaited: its answer concerns nobody. */
  stop(): void {
    this.stopped = true;
    this.queue.clear();
    this.groups.length = 0;
  }

  private kick(): void {
    if (this.kicked || this.pumping || this.stopped) return;
    this.kicked = true;
    this.clock.soon(this.start);
  }

  private readonly start = (): void => {
    this.kicked = false;
    this.pumping = true;
    void this.pump().catch((error: unknown) => {
      this.monitor.alarm('writer_bug', String(error));
      this.end('alien', 'the writer failed');
    });
  };

  /**
   * The next flush starts when the last one has answered and before its transactions are stepped, so that the database works while this
   * process does (measured: it is what keeps both busy on two cores).
   */
  private async pump(): Promise<void> {
    let landed: Batch | null = null;
    while (!this.stopped) {
      const batch = this.cut();
      const answer = batch === null ? null : this.send(batch);
      if (landed !== null) deliver(landed);
      if (batch === null || answer === null) break;
      const result = await answer;
      landed = this.stopped ? null : await this.conclude(batch, result);
    }
    this.pumping = false;
    if (this.queue.size > 0 || this.groups.length > 0 || this.beatOwed || this.declarations.size > 0) this.kick();
  }

  private cut(): Batch | null {
    for (let group = this.groups.shift(); group !== undefined; group = this.groups.shift()) {
      const batch = new Batch(this.random.bits63());
      for (const item of group) batch.take(item);
      if (batch.items.length > 0) return batch;
    }
    const batch = new Batch(this.random.bits63());
    for (const [gid, item] of this.queue) {
      if (batch.isFull(this.limits.maxFlushRows, this.limits.maxFlushBytes)) break;
      this.queue.delete(gid);
      batch.take(item);
    }
    batch.declarations = [...this.declarations.values()];
    this.declarations.clear();
    if (batch.items.length === 0 && batch.declarations.length === 0 && !this.beatOwed) return null;
    return batch;
  }

  private async send(batch: Batch): Promise<FlushResult> {
    this.beatOwed = false;
    batch.sentAtMs = this.clock.monotonicMs();
    this.failpoints.hit('engine.before-flush');
    try {
      return await this.store.flush(batch.under(this.incarnation, this.flushes));
    } catch (error) {
      // The port promises not to throw. If it does, something may have been sent: that is the definition of doubt.
      return { kind: 'unknown', message: String(error) };
    }
  }

  /** Returns the batch when it landed, so that its items are told once the next one is on its way. */
  private async conclude(batch: Batch, result: FlushResult): Promise<Batch | null> {
    switch (result.kind) {
      case 'committed':
        this.failpoints.hit('writer.after-commit');
        return this.committed(batch, result.nowMs, new Set(result.unmoved), result.declared);
      case 'duplicate':
        this.duplicates(batch, new Set(result.gids));
        return null;
      case 'data_error':
        this.bisect(batch, result.message);
        // Refused without a row that could be the culprit, a beat would be refused again at once, and again.
        if (batch.items.length === 0) await this.backoff.pause();
        return null;
      case 'retryable':
        this.trouble('store_unavailable', result.message);
        this.putBack(batch);
        await this.backoff.pause();
        return null;
      default:
        this.trouble(result.kind === 'fenced' ? 'fenced' : 'flush_in_doubt', result.message);
        return this.settle(batch);
    }
  }

  private committed(batch: Batch, nowMs: number, unmoved: ReadonlySet<string>, declared: readonly Incarnation[]): Batch {
    const receivedAtMs = this.clock.monotonicMs();
    this.flushes += 1;
    this.backoff.reset();
    if (this.inTrouble) this.monitor.info('flushing again', { incarnation: this.incarnation });
    this.inTrouble = false;
    this.host.renewed(nowMs, batch.sentAtMs, receivedAtMs);
    batch.unmoved = unmoved;
    for (const item of batch.items) if (!unmoved.has(item.gid)) item.confirm(nowMs);
    if (declared.length > 0) this.host.declared(declared);
    if (batch.events.length > 0) this.host.announced();
    this.monitor.flushed(batch.rows, receivedAtMs - batch.sentAtMs);
    return batch;
  }

  private async settle(batch: Batch): Promise<Batch | null> {
    const verdict = await settleDoubt(this.store, this.incarnation, this.flushes, batch, this.backoff, () => this.stopped);
    if (verdict === null || this.stopped) return null;
    switch (verdict.kind) {
      case 'committed':
        return this.committed(batch, verdict.nowMs, verdict.unmoved, []);
      case 'not_committed':
        this.flushes = verdict.flushes;
        this.putBack(batch);
        await this.backoff.pause();
        return null;
      case 'ended':
        this.host.silenced();
        for (const item of batch.items) {
          if (verdict.proven.has(item.gid)) {
            item.confirm(this.host.nowMs());
            item.landed();
          } else if (verdict.isRefuted) {
            item.returned();
          }
        }
        this.end(verdict.cause, verdict.detail);
        return null;
    }
  }

  /** One gid taken twice never fails its neighbours: they are sent once more without it. */
  private duplicates(batch: Batch, gids: ReadonlySet<string>): void {
    const begun = new Set(batch.begins.map((row) => row.gid));
    const duplicates = batch.items.filter((item) => gids.has(item.gid) && begun.has(item.gid));
    if (duplicates.length === 0) {
      this.bisect(batch, 'the store reported a duplicate that was not asked for');
      return;
    }
    this.putBack(batch, new Set(duplicates.map((item) => item.gid)));
    for (const item of duplicates) item.duplicate();
  }

  /** Halves the batch until the culprit is alone: log2(rows) more flushes, and only the culprit fails. */
  private bisect(batch: Batch, message: string): void {
    const { items } = batch;
    this.owe(batch);
    for (const item of items) item.returned();
    if (items.length === 0) {
      this.monitor.alarm('flush_refused', message);
    } else if (items.length === 1) {
      items[0]?.unstorable(message);
    } else {
      const middle = items.length >> 1;
      this.groups.unshift(items.slice(0, middle), items.slice(middle));
    }
  }

  /** Nothing of the batch is in the store: its items go to the head of the line, in their order. */
  private putBack(batch: Batch, except: ReadonlySet<string> = new Set()): void {
    const queue = new FleetingMap<string, WriteItem>();
    for (const item of batch.items) {
      item.returned();
      if (!except.has(item.gid)) queue.set(item.gid, item);
    }
    for (const [gid, item] of this.queue) queue.set(gid, item);
    this.queue = queue;
    this.owe(batch);
  }

  /** What the batch carried besides items is owed still. */
  private owe(batch: Batch): void {
    this.beatOwed = true;
    for (const declaration of batch.declarations) this.declarations.set(declaration.incarnation, declaration);
  }

  private trouble(code: string, message: string): void {
    if (!this.inTrouble) this.monitor.alarm(code, message);
    this.inTrouble = true;
  }

  private end(cause: 'dead' | 'alien', detail: string): void {
    this.stop();
    this.host.ended(cause, detail);
  }
}

function deliver(batch: Batch): void {
  for (const item of batch.items) {
    if (batch.unmoved.has(item.gid)) item.unmoved();
    else item.landed();
  }
}
