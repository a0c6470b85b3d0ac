/**
 * Lists dead letters, and ends them: replayed, the handler runs once more in the local transaction that ends the letter; discarded, the inbox is told
 * that the event is done with, so that a late delivery finds nothing to do. Whatever was handled once is not handled again.
 */
import type { LocalTransactions } from '../../local/index.js';
import type { OutcomeHandler } from '../handler.js';
import type { DeadLetter, DeadLetterKey, DeadLetterState, DeadLetters, Inbox } from '../inbox/index.js';
import { causeOf, type Handling, type OutcomeProcessor } from '../processor.js';
import { readEvent } from '../read-event.js';

/** What became of one letter. `repeated`: it had been handled, nothing was done. `stale`: a newer event had. */
export type Replay =
  | { readonly kind: Handling }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'refused'; readonly code: 'not_waiting' | 'no_handler' | 'no_event'; readonly detail: string };

export interface ReplayReport {
  readonly replayed: number;
  readonly failed: number;
  /** True when there may be more than were tried. */
  readonly more: boolean;
}

export interface LetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; null at the end. */
  readonly next: DeadLetterKey | null;
}

export interface DeskParts {
  readonly transactions: LocalTransactions;
  readonly inbox: Inbox;
  readonly letters: DeadLetters;
  readonly processor: OutcomeProcessor;
  readonly handlers: () => readonly OutcomeHandler[];
  readonly now: () => number;
}

/** Where a list begins. */
export const NO_LETTER: DeadLetterKey = { consumer: '', id: '' };
/** Letters tried by one `replayAll`. */
const MOST_AT_ONCE = 1_000;

export class DeadLetterDesk {
  constructor(private readonly parts: DeskParts) {}

  async list(state: DeadLetterState, consumer: string | undefined, after: DeadLetterKey, limit: number): Promise<LetterPage> {
    const letters = await this.parts.letters.list(state, { consumer, after, limit });
    const last = letters.at(-1);
    return { letters, next: last !== undefined && letters.length === limit ? { consumer: last.consumer, id: last.id } : null };
  }

  find(key: DeadLetterKey): Promise<DeadLetter | null> {
    return this.parts.letters.find(key);
  }

  /** Runs the handler of a letter once more. `null` when there is no such letter. */
  async replay(key: DeadLetterKey): Promise<Replay | null> {
    const letter = await this.find(key);
    if (letter === null) return null;
    const handler = this.parts.handlers().find(({ consumer }) => consumer === key.consumer);
    if (handler === undefined) return refused('no_handler', `This service has no consumer "${key.consumer}" any more; discard the letter.`);
    const read = readEvent(letter.body);
    if ('problem' in read) return refused('no_event', `It can never be handled, because ${read.problem}; discard it.`);
    const { transactions, letters, processor, now } = this.parts;
    try {
      return await transactions.run(async (manager): Promise<Replay> => {
        const present = await letters.lock(manager, key);
        if (present?.state !== 'waiting') return notWaiting(present);
        const kind = await processor.handle(manager, handler, read.event, 0);
        await letters.end(manager, key, 'replayed', kind, now());
        return { kind };
      });
    } catch (error) {
      const cause = causeOf(error);
      await transactions.run((manager) => letters.keep(manager, { ...letter, attempts: letter.attempts + 1, cause, failedAtMs: now() }));
      return { kind: 'failed', cause };
    }
  }

  /** Replays what waits, the letters of one consumer or all, in order; one that fails again stops no other. At most 1,000. */
  async replayAll(consumer: string | undefined): Promise<ReplayReport> {
    const waiting = await this.parts.letters.list('waiting', { consumer, after: NO_LETTER, limit: MOST_AT_ONCE });
    let replayed = 0;
    for (const letter of byAge(waiting)) {
      const { kind } = (await this.replay(letter)) ?? { kind: 'refused' };
      if (kind !== 'failed' && kind !== 'refused') replayed += 1;
    }
    return { replayed, failed: waiting.length - replayed, more: waiting.length === MOST_AT_ONCE };
  }

  /** Ends a letter for good, with the reason. `null` when there is no such letter. */
  async discard(key: DeadLetterKey, reason: string): Promise<Replay | { readonly kind: 'discarded' } | null> {
    const { transactions, letters, inbox, now } = this.parts;
    return transactions.run(async (manager) => {
      const letter = await letters.lock(manager, key);
      if (letter === null) return null;
      if (letter.state !== 'waiting') return notWaiting(letter);
      const read = readEvent(letter.body);
      if ('event' in read) await inbox.enter(manager, key.consumer, read.event);
      await letters.end(manager, key, 'discarded', reason, now());
      return { kind: 'discarded' as const };
    });
  }
}

/** Older failures first, so that of one transaction the versions come as they were meant to. */
function byAge(letters: readonly DeadLetter[]): readonly DeadLetter[] {
  return letters.toSorted((a, b) => a.failedAtMs - b.failedAtMs);
}

function refused(code: 'not_waiting' | 'no_handler' | 'no_event', detail: string): Replay {
  return { kind: 'refused', code, detail };
}

function notWaiting(letter: DeadLetter | null): Replay {
  return refused('not_waiting', `It has been ${letter?.state ?? 'removed'} already.`);
}
