/**
 * Takes away what is old, once an hour, on whichever node has the duty: in batches with a pause between, so that nobody else has to wait for it. What is
 * left over when a round has taken long enough is the next round's.
 */
import { newGid } from '../gid.js';
import type { Operations } from '../operations.js';
import { Rounds, type RoundsLog } from '../rounds.js';

/** What goes: the content of transactions, their rows, rows of the audit, whole jobs; and what is flagged instead. */
const KINDS = ['emptied', 'deleted', 'flagged', 'audit', 'jobs'] as const;

export type PurgedKind = (typeof KINDS)[number];

/** Counts what goes. */
export interface PurgeMeter {
  purged(kind: PurgedKind, count: number): void;
}

export type PurgeTotals = Readonly<Record<PurgedKind, number>>;

const NOTHING: PurgeTotals = { emptied: 0, deleted: 0, flagged: 0, audit: 0, jobs: 0 };

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
  private readonly rounds: Rounds;
  private underWay: Promise<PurgeTotals | null> | null = null;

  constructor(
    private readonly operations: Operations,
    private readonly meter: PurgeMeter,
    log: RoundsLog,
  ) {
    const round = () => this.round();
    const complaint = 'What is old could not be taken away';
    this.rounds = new Rounds({ round, everyMs: EVERY_MS, firstAfterMs: FIRST_AFTER_MS, log, complaint });
  }

  start(): void {
    this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** What a round would take away now, as far as a bounded look ahead can tell. Changes nothing. */
  async foresee(): Promise<PurgeTotals & { readonly looked: number }> {
    const house = this.operations.housekeeping();
    const emptying = await house.foresee('empty', FORESEEN);
    const late = await house.foresee('late', FORESEEN);
    const deleting = await house.foresee('delete', FORESEEN);
    return {
      emptied: emptying.emptied + late.emptied,
      deleted: deleting.deleted,
      flagged: deleting.flagged,
      audit: await house.foreseeAudit(Date.now(), FORESEEN),
      jobs: await house.foreseeJobs(Date.now(), FORESEEN),
      looked: emptying.looked + late.looked + deleting.looked,
    };
  }

  /** One round, or the rest of the one that is under way here; `null`: another node is at it. */
  round(): Promise<PurgeTotals | null> {
    this.underWay ??= this.wholeRound().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async wholeRound(): Promise<PurgeTotals | null> {
    const duties = this.operations.duties();
    if (!(await duties.take(DUTY, this.holder, DUTY_MS))) return null;
    try {
      const house = this.operations.housekeeping();
      let totals = NOTHING;
      for (const pass of ['delete', 'late', 'empty'] as const) {
        await this.inBatches(async () => {
          const purged = await house.purge(pass, BATCH);
          totals = this.counted(totals, purged);
          return purged.looked === BATCH;
        });
      }
      await this.inBatches(async () => {
        const audit = await house.purgeAudit(Date.now(), BATCH);
        totals = this.counted(totals, { audit });
        return audit > 0;
      });
      await this.inBatches(async () => {
        const { jobs, rows } = await house.forgetJobs(Date.now(), BATCH);
        totals = this.counted(totals, { jobs });
        return rows > 0;
      });
      await this.inBatches(async () => (await house.forgetAnswers(Date.now(), BATCH)) === BATCH);
      return totals;
    } finally {
      await duties.leave(DUTY, this.holder);
    }
  }

  /** Batch after batch, while there is more to take (`batch` says so) and this node has the duty, as many as one round may take. */
  private async inBatches(batch: () => Promise<boolean>): Promise<void> {
    for (let left = MOST_BATCHES; left > 0 && !this.rounds.isStopping; left -= 1) {
      if (!(await this.operations.duties().take(DUTY, this.holder, DUTY_MS))) return;
      if (!(await batch())) return;
      await this.rounds.pause(BETWEEN_BATCHES_MS);
    }
  }

  /** Adds what a batch has taken, and tells the meter. */
  private counted(totals: PurgeTotals, purged: Partial<PurgeTotals>): PurgeTotals {
    const sums = { ...totals };
    for (const kind of KINDS) {
      const count = purged[kind] ?? 0;
      this.meter.purged(kind, count);
      sums[kind] += count;
    }
    return sums;
  }
}
