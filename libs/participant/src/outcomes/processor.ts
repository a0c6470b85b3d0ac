/**
 * What becomes of one delivery: the inbox row and the work in one local transaction, another delivery later, or a dead letter. Knows nothing of NATS.
 */
import { runInContext } from '@assent/context';
import { eventId, type TransactionEvent } from '@assent/protocol';
import type { EntityManager } from 'typeorm';
import type { LocalTransactions } from '../local/index.js';
import { type OutcomeHandler, wants } from './handler.js';
import type { DeadLetters, Inbox } from './inbox/index.js';
import type { DeliveryEnd, DeliveryMetrics } from './metrics/index.js';
import { retryDelayMs } from './options.js';
import { readEvent } from './read-event.js';

/** One message as a broker delivers it. */
export interface Delivery {
  readonly subject: string;
  readonly body: string;
  /** Counts deliveries of this message to this consumer; 1 is the first. */
  readonly attempt: number;
  /** What the message is known by when it is no event. */
  readonly place: string;
}

/** `done`: acknowledge it. `again`: deliver it again after so long. */
export type Verdict = { readonly kind: 'done' } | { readonly kind: 'again'; readonly delayMs: number; readonly cause: string };

/** What the local transaction of an event did. `repeated`: it had been handled. `stale`: a newer one had. */
export type Handling = 'handled' | 'repeated' | 'stale';

const DONE: Verdict = { kind: 'done' };

export class OutcomeProcessor {
  constructor(
    private readonly transactions: LocalTransactions,
    private readonly inbox: Inbox,
    private readonly letters: DeadLetters,
    private readonly metrics: Pick<DeliveryMetrics, 'ended' | 'handledAfter'>,
    private readonly now: () => number,
  ) {}

  /** Returns after COMMIT or ROLLBACK has returned. Never throws. */
  async process(handler: OutcomeHandler, delivery: Delivery): Promise<Verdict> {
    const { verdict, end } = await this.work(handler, delivery);
    this.metrics.ended(handler.consumer, end, delivery.attempt);
    return verdict;
  }

  private async work(handler: OutcomeHandler, delivery: Delivery): Promise<{ readonly verdict: Verdict; readonly end: DeliveryEnd }> {
    const read = readEvent(delivery.body);
    if ('problem' in read) return this.bury(handler, delivery, delivery.place, read.problem);
    const { event } = read;
    if (!wants(handler, event)) return { verdict: DONE, end: 'unwanted' };
    try {
      const end = await this.transactions.run((manager) => this.handle(manager, handler, event, delivery.attempt));
      // A message that somebody else has published may have no time.
      if (end === 'handled' && Number.isFinite(event.atMs)) this.metrics.handledAfter(handler.consumer, this.now() - event.atMs);
      return { verdict: DONE, end };
    } catch (error) {
      const cause = causeOf(error);
      if (delivery.attempt >= handler.retry.attempts) return this.bury(handler, delivery, eventId(event), cause);
      return { verdict: { kind: 'again', delayMs: retryDelayMs(handler.retry, delivery.attempt), cause }, end: 'failed' };
    }
  }

  /** The inbox row first, then the work, inside a local transaction of the caller. Throws what the handler throws. */
  async handle(manager: EntityManager, handler: OutcomeHandler, event: TransactionEvent, attempt: number): Promise<Handling> {
    const { consumer } = handler;
    if (!(await this.inbox.enter(manager, consumer, event))) return 'repeated';
    if (handler.takes === 'newest' && !(await this.inbox.advance(manager, consumer, event))) return 'stale';
    const carried = { gid: event.gid, traceparent: event.trace, role: 'observer' as const };
    await runInContext(carried, async () => handler.handle(event, { manager, consumer, attempt }));
    return 'handled';
  }

  /** A letter that cannot be kept (the database is away) is no letter yet: the event comes again. */
  private async bury(
    handler: OutcomeHandler,
    delivery: Delivery,
    id: string,
    cause: string,
  ): Promise<{ readonly verdict: Verdict; readonly end: DeliveryEnd }> {
    const { consumer } = handler;
    const { subject, body, attempt: attempts } = delivery;
    try {
      await this.transactions.run((manager) =>
        this.letters.keep(manager, { consumer, id, subject, body, attempts, cause, failedAtMs: this.now() }),
      );
      return { verdict: DONE, end: 'dead_letter' };
    } catch (error) {
      const both = `${cause}; and the dead letter could not be kept: ${causeOf(error)}`;
      return { verdict: { kind: 'again', delayMs: handler.retry.capMs, cause: both }, end: 'failed' };
    }
  }
}

/** For people: the error's name and message, without a stack. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
