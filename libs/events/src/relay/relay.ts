/**
 * Publishes the events of one node: reads the oldest of its own, publishes them, deletes what the broker has acknowledged, and begins again at
 * the oldest. It remembers nothing but what it is doing: a row that is there has not been acknowledged, so no order of ids and no position can be wrong,
 * and what a crash interrupts is done again. Events of nodes that are gone are adopted first.
 *
 * Of one transaction an event leaves only after the one before it was acknowledged; events of different transactions travel side by side. What the
 * broker refuses for good is set aside with what follows it, so that it stands in nobody else's way, and is tried again now and then
 * (`refused-events.ts`).
 */
import { type Announcer, type Clock, type Outbox, StoreUnavailableError, type WaitingEvent } from '@assent/engine';
import type { EventPublisher } from './event-publisher.js';
import { type ChainEnd, RefusedEvents, type RefusedReport } from './refused-events.js';

export interface RelayOptions {
  /** Events that may be on their way to the broker at once. */
  readonly maxOutstanding: number;
  /** Without a wake-up the outbox is looked at this often, in milliseconds. */
  readonly lookEveryMs: number;
  /** How often events of nodes that are gone are looked for, and all that wait are counted. */
  readonly adoptEveryMs: number;
  /** Rows adopted in one statement. */
  readonly adoptChunk: number;
  /** Pause after a failure: doubles from the first to the largest. */
  readonly firstBackoffMs: number;
  readonly largestBackoffMs: number;
  /** How often an event that the broker has refused is offered again, in milliseconds. */
  readonly refusedAgainAfterMs: number;
}

export const defaultRelayOptions: RelayOptions = {
  maxOutstanding: 256,
  lookEveryMs: 1_000,
  adoptEveryMs: 5_000,
  adoptChunk: 1_000,
  firstBackoffMs: 100,
  largestBackoffMs: 5_000,
  refusedAgainAfterMs: 60_000,
};

/** What the relay tells about itself. Every method returns at once and never throws. */
export interface RelayReport extends RefusedReport {
  /** An event was acknowledged `lagMs` after its image was made. */
  published(lagMs: number): void;
  /** As it was last seen: how many wait, and how long the oldest has. */
  waiting(rows: number, oldestMs: number): void;
  adopted(rows: number): void;
  /** Publishing has begun to fail: told once, until it succeeds again. */
  failing(detail: string): void;
  recovered(): void;
}

export interface RelayParts {
  readonly outbox: Outbox;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
  readonly report: RelayReport;
  /** Milliseconds since the epoch, for the lag that is reported. */
  readonly wallClockMs: () => number;
  /** The incarnation under which this node writes now; `null` while it writes under none. */
  readonly incarnation: () => string | null;
}

export class Relay implements Announcer {
  private self: string | null = null;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  private stopBy = Number.POSITIVE_INFINITY;
  private isAwake = false;
  private endPause: () => void = () => undefined;
  private adoptAtMs = 0;
  private backoffMs: number;
  private isFailing = false;
  private readonly refused: RefusedEvents;

  constructor(
    private readonly parts: RelayParts,
    private readonly options: RelayOptions = defaultRelayOptions,
  ) {
    this.backoffMs = options.firstBackoffMs;
    this.refused = new RefusedEvents(parts, {
      atOnce: options.maxOutstanding,
      againAfterMs: options.refusedAgainAfterMs,
      lookEveryMs: options.adoptEveryMs,
    });
  }

  start(): void {
    this.running = this.run();
  }

  announced(): void {
    this.isAwake = true;
    // Every flush says so: a pause after a failure is not cut short by it.
    if (!this.isFailing) this.endPause();
  }

  /** The broker may be back: a pause after a failure ends now. */
  retry(): void {
    this.backoffMs = this.options.firstBackoffMs;
    this.isAwake = true;
    this.endPause();
  }

  /** Publishes what is still there, for at most `withinMs`; what is left is adopted by other nodes, or by the next start. */
  async stop(withinMs: number): Promise<void> {
    this.isStopping = true;
    this.stopBy = this.parts.clock.monotonicMs() + withinMs;
    this.retry();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver()) {
      this.isAwake = false;
      const found = await this.round();
      if (found === 'failed') await this.pause(this.nextBackoffMs());
      else if (found === 'nothing' && this.isStopping) return;
      else if (found === 'nothing' && !this.isAwake) await this.pause(this.options.lookEveryMs);
    }
  }

  private isOver(): boolean {
    return this.isStopping && this.parts.clock.monotonicMs() >= this.stopBy;
  }

  private async round(): Promise<'something' | 'nothing' | 'failed'> {
    // While it drains a node writes under no incarnation any more, but what it wrote is still there.
    this.self = this.parts.incarnation() ?? this.self;
    if (this.self === null) return 'nothing';
    try {
      await this.adopt(this.self);
      const isMore = await this.refused.offerAgain();
      const rows = await this.parts.outbox.readEvents(this.self, this.options.maxOutstanding);
      await this.tellWaiting(this.self, rows);
      if (rows.length === 0) return isMore ? 'something' : 'nothing';
      const ends = await this.publishAll(rows);
      const acknowledged = ends.flatMap((end) => end.acknowledged);
      if (acknowledged.length > 0) await this.parts.outbox.deleteEvents(acknowledged);
      await this.refused.setAside(ends);
      const failure = ends.find((end) => end.failure !== null)?.failure ?? null;
      if (failure === null) this.succeeded();
      else this.failed(failure);
      return failure === null ? 'something' : 'failed';
    } catch (error) {
      // The engine tells of a database that is away.
      if (!(error instanceof StoreUnavailableError)) this.failed(error);
      return 'failed';
    }
  }

  private async adopt(self: string): Promise<void> {
    const { clock, outbox, report } = this.parts;
    if (clock.monotonicMs() < this.adoptAtMs) return;
    const { adoptChunk, adoptEveryMs } = this.options;
    const adopted = await outbox.adoptEvents(self, adoptChunk);
    if (adopted > 0) report.adopted(adopted);
    if (adopted < adoptChunk) this.adoptAtMs = clock.monotonicMs() + adoptEveryMs;
  }

  /** What fits into one reading has been counted by it. */
  private async tellWaiting(self: string, rows: readonly WaitingEvent[]): Promise<void> {
    const { outbox, report, wallClockMs } = this.parts;
    const isAll = rows.length < this.options.maxOutstanding;
    const backlog = isAll ? { rows: rows.length, oldestAtMs: rows[0]?.atMs ?? null } : await outbox.backlog(self);
    report.waiting(backlog.rows, backlog.oldestAtMs === null ? 0 : Math.max(0, wallClockMs() - backlog.oldestAtMs));
  }

  private publishAll(rows: readonly WaitingEvent[]): Promise<ChainEnd[]> {
    const { report, wallClockMs } = this.parts;
    const onPublished = ({ atMs }: WaitingEvent) => report.published(Math.max(0, wallClockMs() - atMs));
    return Promise.all([...byGid(rows).values()].map((chain) => this.refused.publishChain(chain, onPublished)));
  }

  private succeeded(): void {
    this.backoffMs = this.options.firstBackoffMs;
    if (this.isFailing) this.parts.report.recovered();
    this.isFailing = false;
  }

  private failed(error: unknown): void {
    if (this.isFailing) return;
    this.isFailing = true;
    this.parts.report.failing(error instanceof Error ? error.message : String(error));
  }

  private nextBackoffMs(): number {
    const present = this.backoffMs;
    this.backoffMs = Math.min(this.options.largestBackoffMs, present * 2);
    return present;
  }

  private pause(ms: number): Promise<void> {
    const { clock } = this.parts;
    return new Promise((resolve) => {
      const timer = clock.after(Math.max(0, Math.min(ms, this.stopBy - clock.monotonicMs())), resolve);
      this.endPause = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

/** In the order in which they were read, which is that of their versions. */
function byGid(rows: readonly WaitingEvent[]): ReadonlyMap<string, WaitingEvent[]> {
  const chains = new Map<string, WaitingEvent[]>();
  for (const row of rows) {
    const chain = chains.get(row.gid);
    if (chain === undefined) chains.set(row.gid, [row]);
    else chain.push(row);
  }
  return chains;
}
