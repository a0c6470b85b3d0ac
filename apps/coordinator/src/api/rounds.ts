/**
 * Work that comes round again and again for as long as this process lives: one round after the other, a pause between. It ends at once when the process
 * stops, for every pause ends then; a round that has something under way ends that first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '@assent/engine';
import { isDatabaseAway } from '@assent/store';
import { ApiError } from '../errors/index.js';

/** Who is told when a round cannot go on for a reason of ours. */
export interface RoundsLog {
  error(fields: object, message: string): void;
}

export interface RoundsParts {
  readonly round: () => Promise<unknown>;
  readonly everyMs: number;
  /** How long after the start the first round begins. */
  readonly firstAfterMs: number;
  readonly log: RoundsLog;
  /** What is said when a round has failed. */
  readonly complaint: string;
}

export class Rounds {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RoundsParts) {}

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  start(): void {
    this.running = this.loop();
  }

  /** Ends pauses at once, and waits for the round that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Waits so long, or until it is to stop. */
  async pause(ms: number): Promise<void> {
    if (ms <= 0 || this.isStopping) return;
    const { signal } = this.stopping;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }

  /**
   * Does `work` and never throws: while the store is away or the node starts there is nothing to do, and what cannot go on for another reason is told and
   * must not end the rounds.
   */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError || error instanceof StoreUnavailableError || isDatabaseAway(error)) return;
      this.parts.log.error({ err: error }, this.parts.complaint);
    }
  }

  private async loop(): Promise<void> {
    await this.pause(this.parts.firstAfterMs);
    while (!this.isStopping) {
      await this.attempt(this.parts.round);
      await this.pause(this.parts.everyMs);
    }
  }
}
