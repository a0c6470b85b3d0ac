/**
 * Events that the broker does not take, because of what they are: a body that is too large for it. They leave the outbox, with what follows them
 * in their transactions, so that the others go on; and are offered again now and then, because somebody may have raised the limit.
 */
import type { Clock, EventKey, EventRow, Outbox, RefusedEvent, WaitingEvent } from '@assent/engine';
import { type EventPublisher, PublishError } from './event-publisher.js';

export interface RefusedReport {
  /** The broker has refused an event, which is set aside now. Told once for each. */
  refused(event: RefusedEvent): void;
  /** As it was last seen: how many are set aside, those behind them counted too, of all nodes. */
  setAside(rows: number): void;
}

export interface RefusedEventsParts {
  readonly outbox: Pick<Outbox, 'setAside' | 'readRefused' | 'noteRefused' | 'deleteRefused' | 'countRefused'>;
  readonly publisher: EventPublisher;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly report: RefusedReport;
  readonly wallClockMs: () => number;
}

export interface RefusedEventsOptions {
  /** Events offered again at once. */
  readonly atOnce: number;
  /** How often an event is offered again, in milliseconds. */
  readonly againAfterMs: number;
  /** How often it is looked whether there are some, in milliseconds. */
  readonly lookEveryMs: number;
}

/** What became of the events of one transaction, in their order. What is neither acknowledged nor to be set aside stays where it is. */
export interface ChainEnd {
  readonly acknowledged: readonly EventKey[];
  /** To be set aside: the event that the broker refuses, and those behind one that it refuses. */
  readonly aside: readonly RefusedEvent[];
  /** The event that was refused just now, if one was. */
  readonly refusal: RefusedEvent | null;
  /** What kept the rest from being published: the broker is away. `null`: nothing did. */
  readonly failure: unknown;
}

export class RefusedEvents {
  private lookAtMs = 0;

  constructor(
    private readonly parts: RefusedEventsParts,
    private readonly options: RefusedEventsOptions,
  ) {}

  /**
   * Publishes events of one transaction one after the other, until the broker does not take one: for what it is, then it and the rest are to be set
   * aside; or because the broker is away. Never throws.
   */
  async publishChain(chain: readonly WaitingEvent[], onPublished: (event: WaitingEvent) => void): Promise<ChainEnd> {
    const acknowledged: EventKey[] = [];
    for (const [at, event] of chain.entries()) {
      if (event.isBehind) return { acknowledged, aside: chain.slice(at).map(behind), refusal: null, failure: null };
      try {
        await this.parts.publisher.publish(event);
      } catch (error) {
        if (!isRefusal(error)) return { acknowledged, aside: [], refusal: null, failure: error };
        const refusal = { ...keyOf(event), cause: error.message };
        return { acknowledged, aside: [refusal, ...chain.slice(at + 1).map(behind)], refusal, failure: null };
      }
      acknowledged.push(keyOf(event));
      onPublished(event);
    }
    return { acknowledged, aside: [], refusal: null, failure: null };
  }

  /** Sets aside what is to be. Throws `StoreUnavailableError`. */
  async setAside(ends: readonly ChainEnd[]): Promise<void> {
    const aside = ends.flatMap((end) => end.aside);
    if (aside.length === 0) return;
    await this.parts.outbox.setAside(aside, this.parts.wallClockMs());
    for (const { refusal } of ends) if (refusal !== null) this.parts.report.refused(refusal);
    this.lookAtMs = 0;
  }

  /**
   * Counts what is set aside, and offers again what was offered long enough ago. Returns true when the broker has taken something, so that what was
   * behind it may follow at once. Throws `StoreUnavailableError`.
   */
  async offerAgain(): Promise<boolean> {
    const { outbox, clock, report, wallClockMs } = this.parts;
    if (clock.monotonicMs() < this.lookAtMs) return false;
    const rows = await outbox.countRefused();
    report.setAside(rows);
    this.lookAtMs = clock.monotonicMs() + this.options.lookEveryMs;
    if (rows === 0) return false;
    const due = await outbox.readRefused(wallClockMs() - this.options.againAfterMs, this.options.atOnce);
    const taken: EventKey[] = [];
    const still: EventKey[] = [];
    await Promise.all(due.map(async (event) => void ((await this.isTaken(event)) ? taken : still).push(keyOf(event))));
    if (taken.length > 0) await outbox.deleteRefused(taken);
    if (still.length > 0) await outbox.noteRefused(still, wallClockMs());
    if (taken.length > 0) this.lookAtMs = 0;
    return taken.length > 0;
  }

  /** A broker that is away takes nothing, either: it is another attempt in vain. */
  private async isTaken(event: EventRow): Promise<boolean> {
    return this.parts.publisher.publish(event).then(
      () => true,
      () => false,
    );
  }
}

function keyOf({ gid, version }: EventKey): EventKey {
  return { gid, version };
}

function behind(event: EventKey): RefusedEvent {
  return { ...keyOf(event), cause: 'waits behind an older event of its transaction' };
}

function isRefusal(error: unknown): error is PublishError {
  return error instanceof PublishError && error.code === 'refused';
}
