/**
 * Takes away what is old, once an hour, on whichever node has the duty: in batches with a pause between, so that nobody else has to wait for it. What is
 * left over when a round has taken long enough is the next round's.
 */
import { StoreUnavailableError } from '@assent/engine';
import type { Purged } from '@assent/store';
import { ApiError } from '../../errors/index.js';
import { newGid } from '../gid.js';
import type { Operations } from '../operations.js';

export type PurgedKind = 'emptied' | 'deleted' | 'flagged' | 'audit';

/** Counts what goes. */
export interface PurgeMeter {
  purged(kind: PurgedKind, count: number): void;
}

export interface HousekeepingLog {
  error(fields: object, message: string): void;
}

export type PurgeTotals = Readonly<Record<PurgedKind, number>>;

const NOTHING: PurgeTotals = { emptied: 0, deleted: 0, flagged: 0, audit: 0 };

/** The first round comes a little after the start: whoever starts has other things to do. */
const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;
const DUTY = 'housekeeping';
const DUTY_MS = 60_000;
/** Rows of one batch: about ten milliseconds of the database. */
const BATCH = 500;
const BETWEEN_BATCHES_MS = 100;
/** Batches of one pass in one round: a million transactions an hour. */
const MOST_BATCHES = 2_000;
/** Rows that a look ahead considers. */
const FORESEEN = 10_000;

export class Housekeeper {
  private readonly holder = newGid();
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly operations: Operations,
    private readonly meter: PurgeMeter,
    private readonly log: HousekeepingLog,
  ) {}

  start(): void {
    this.running = this.loop();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  /** What a round would take away now, as far as a bounded look ahead can tell. Changes nothing. */
  async foresee(): Promise<PurgeTotals & { readonly looked: number }> {
    const house = this.operations.housekeeping();
    const emptying = await house.foresee('empty', FORESEEN);
    const deleting = await house.foresee('delete', FORESEEN);
    const audit = await house.purgeAudit(Date.now(), BATCH, 'dry run');
    return {
      emptied: emptying.emptied,
      deleted: deleting.deleted,
      flagged: deleting.flagged,
      audit,
      looked: emptying.looked + deleting.looked,
    };
  }

  /** One round; `null`: another node is at it. */
  async round(): Promise<PurgeTotals | null> {
    const duties = this.operations.duties();
    if (!(await duties.take(DUTY, this.holder, DUTY_MS))) return null;
    try {
      const deleting = await this.pass('delete');
      const emptying = await this.pass('empty');
      const audit = await this.audit();
      const house = this.operations.housekeeping();
      while (!this.isStopping && (await house.forgetAnswers(Date.now(), BATCH)) >= BATCH) await this.pause(BETWEEN_BATCHES_MS);
      return { ...deleting, emptied: emptying.emptied, audit };
    } finally {
      await duties.leave(DUTY, this.holder);
    }
  }

  private async loop(): Promise<void> {
    await this.pause(FIRST_AFTER_MS);
    while (!this.isStopping) {
      try {
        await this.round();
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof StoreUnavailableError)) {
          this.log.error({ err: error }, 'What is old could not be taken away');
        }
      }
      await this.pause(EVERY_MS);
    }
  }

  private async pass(pass: 'empty' | 'delete'): Promise<PurgeTotals> {
    let totals = NOTHING;
    for (let batch = 0; batch < MOST_BATCHES && !this.isStopping; batch += 1) {
      if (!(await this.operations.duties().take(DUTY, this.holder, DUTY_MS))) break;
      const purged = await this.operations.housekeeping().purge(pass, BATCH);
      totals = added(totals, purged);
      for (const kind of ['emptied', 'deleted', 'flagged'] as const) this.meter.purged(kind, purged[kind]);
      if (purged.looked < BATCH) break;
      await this.pause(BETWEEN_BATCHES_MS);
    }
    return totals;
  }

  private async audit(): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < MOST_BATCHES && !this.isStopping; batch += 1) {
      const count = await this.operations.housekeeping().purgeAudit(Date.now(), BATCH, 'purge');
      this.meter.purged('audit', count);
      total += count;
      if (count === 0) break;
      await this.pause(BETWEEN_BATCHES_MS);
    }
    return total;
  }

  private pause(ms: number): Promise<void> {
    if (this.isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function added(totals: PurgeTotals, { emptied, deleted, flagged }: Purged): PurgeTotals {
  return { ...totals, emptied: totals.emptied + emptied, deleted: totals.deleted + deleted, flagged: totals.flagged + flagged };
}
