/**
 * Carries jobs out, on whichever node has the duty: collects the transactions, tries five of them first, then goes on at the rate that was asked for. What
 * was done is found in the audit by the id of the item, so that a node which goes on with the job of a dead one does nothing twice.
 */
import { EngineError, readTold, StoreUnavailableError } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import type { Duties, ItemEnd, Job, JobItem, JobState, JobTable } from '@assent/store';
import type { Role } from '../../access/index.js';
import { ApiError, isErrorCode } from '../../errors/index.js';
import type { ActionParameters } from '../actions/action.schema.js';
import type { ActionDesk } from '../actions/action-desk.js';
import { newGid } from '../gid.js';
import { readCursor, writeCursor } from '../list/cursor.js';
import { filterOf } from '../list/list-query.js';
import type { Operations } from '../operations.js';
import { Rounds, type RoundsLog } from '../rounds.js';
import { CANARY, endOfCanary } from './canary.js';
import type { JobQuery } from './job.schema.js';

/** Whether a job still waits for what is held back. */
type Patience = 'waits' | 'over';

interface Reading {
  readonly moved: boolean;
  readonly isLeft: boolean;
}

/** What a job keeps of its request. */
export interface KeptJob {
  readonly query: JobQuery;
  readonly parameters: ActionParameters;
}

/** Transactions that one job may concern. */
export const MOST_ITEMS = 100_000;
/** Whoever has not asked again for so long is taken for dead. */
const DUTY_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
/** Work is cut into pieces of so long, between which the job may be stopped. */
const TICK_MS = 200;
const PAGE = 200;
/** Jobs that one node carries out at a time. */
const MOST_UNDER_WAY = 8;
/** Items of one tick, however fast a job may go. */
const MOST_AT_ONCE = 200;
/** How long a job waits while nothing can be done: participants are not called, the database is away, the node is full. Then once more before it stops. */
const PATIENCE_MS = 30_000;
const LONGEST_DETAIL = 1_000;

export class JobRunner {
  private readonly holder = newGid();
  private readonly rounds: Rounds;
  /** Jobs that this node has the duty of. */
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly operations: Operations,
    private readonly desk: ActionDesk,
    log: RoundsLog,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    const round = () => this.round();
    this.rounds = new Rounds({ round, everyMs: LOOK_EVERY_MS, firstAfterMs: 0, log, complaint: 'A job could not go on' });
  }

  /** Looks for jobs from now on. */
  start(): void {
    this.rounds.start();
  }

  /** Ends what is under way; the jobs stay for whoever has the duty next. */
  async stop(): Promise<void> {
    await this.rounds.stop();
    await Promise.all(this.underWay.values());
  }

  /** Jobs go on side by side: one that takes hours, or waits for a participant, must not hold up what an operator is in a hurry for. */
  private async round(): Promise<void> {
    for (const { id } of await this.operations.jobs().active(PAGE)) {
      if (this.rounds.isStopping || this.underWay.size >= MOST_UNDER_WAY) return;
      if (this.underWay.has(id) || !(await this.operations.duties().take(dutyOf(id), this.holder, DUTY_MS))) continue;
      const work = this.rounds.attempt(() => this.attend(id)).finally(() => this.underWay.delete(id));
      this.underWay.set(id, work);
    }
  }

  private async attend(id: string): Promise<void> {
    const duties = this.operations.duties();
    try {
      await this.advance(id, this.operations.jobs(), duties);
    } finally {
      await duties.leave(dutyOf(id), this.holder);
    }
  }

  /** Goes on with a job until it ends, is stopped, or this node is. */
  private async advance(id: string, jobs: JobTable, duties: Duties): Promise<void> {
    let patience: Patience = 'waits';
    let phase: JobState | null = null;
    let renewedAtMs = performance.now();
    let movedAtMs = renewedAtMs;
    while (!this.rounds.isStopping) {
      const startedMs = performance.now();
      if (startedMs - renewedAtMs > DUTY_MS / 4) {
        if (!(await duties.take(dutyOf(id), this.holder, DUTY_MS))) return;
        renewedAtMs = startedMs;
      }
      const job = await jobs.find(id);
      if (job === null || job.state === 'stopped' || job.state === 'finished') return;
      // What the first five were waited for does not count against the others.
      if (job.state !== phase) [phase, patience, movedAtMs] = [job.state, 'waits', startedMs];
      const moved = job.state === 'collecting' ? await this.collect(job, jobs) : await this.carryOn(job, jobs, patience);
      if (moved) movedAtMs = startedMs;
      else if (startedMs - movedAtMs > this.patienceMs) {
        if (patience === 'over') await halt(jobs, id, 'nothing could be done for a minute');
        patience = 'over';
        movedAtMs = startedMs;
      }
      if (job.state !== 'collecting') await this.rounds.pause(pieceOf(job).forMs - (performance.now() - startedMs));
    }
  }

  private async collect(job: Job, jobs: JobTable): Promise<boolean> {
    const { query } = JSON.parse(job.request) as KeptJob;
    if (job.total >= MOST_ITEMS) {
      return halt(jobs, job.id, `more than ${MOST_ITEMS} transactions match; narrow the query`);
    }
    const after = job.position === null ? null : readCursor(job.position);
    const page = await this.operations.search().page({ filter: filterOf(query), after, limit: PAGE });
    const items = page.items.map(({ gid }) => ({ gid, deed: newGid() }));
    await jobs.collect(job, items, page.next === null ? { state: 'canary', canaryEnd: CANARY } : { position: writeCursor(page.next) });
    return true;
  }

  /** One piece of work. False when there was something to do, and nothing could be done. */
  private async carryOn(job: Job, jobs: JobTable, patience: Patience): Promise<boolean> {
    const isCanary = job.state === 'canary';
    const items = await jobs.items(job.id, 'pending', 0, pieceOf(job).most);
    const [first] = items;
    if (first === undefined) return this.finish(job, jobs, patience);
    if (isCanary && first.place > endOfCanary(job)) return this.endCanary(job, jobs, patience);
    const told = await this.toldOf(items);
    const held = job.action === 'retry' ? await this.heldOf(items) : new Map<string, Attention>();
    const ends = await Promise.all(
      items.map(async (item) => {
        const hold = held.get(item.gid);
        if (hold !== undefined) return patience === 'waits' ? null : heldBack(hold);
        return this.endOf(job, item, told.has(item.deed) ? 'look back' : 'carry out');
      }),
    );
    let moved = false;
    for (const [index, end] of ends.entries()) {
      if (end === null) continue;
      moved = true;
      await jobs.end(items[index]!, 'pending', endedNow(end));
    }
    if (isCanary && ends[0]?.state === 'failed') await this.endCanary(job, jobs, 'over');
    return moved;
  }

  /**
   * Transactions whose calls are held back: a retry would change nothing now, and they go by themselves once their participant is called again. A job
   * that comes right after a repair waits for that, as it waits for whatever is away.
   */
  private async heldOf(items: readonly JobItem[]): Promise<ReadonlyMap<string, Attention>> {
    const attention = await this.operations.search().attentionOf(items.map(({ gid }) => gid));
    const holds = [...attention].map(([gid, rows]) => [gid, rows.find(({ kind }) => kind === 'waiting')] as const);
    return new Map(holds.flatMap(([gid, hold]) => (hold === undefined ? [] : [[gid, hold] as const])));
  }

  private async finish(job: Job, jobs: JobTable, patience: Patience): Promise<boolean> {
    const { moved, isLeft } = await this.readRecorded(job, jobs, job.total, patience);
    return isLeft ? moved : jobs.move(job.id, ['canary', 'running'], { state: 'finished', finishedAtMs: Date.now() });
  }

  private async endCanary(job: Job, jobs: JobTable, patience: Patience): Promise<boolean> {
    const { moved, isLeft } = await this.readRecorded(job, jobs, endOfCanary(job), patience);
    const failed = (await jobs.items(job.id, 'failed', 0, 1)).find(({ place }) => place <= endOfCanary(job));
    if (failed !== undefined) return halt(jobs, job.id, `canary_failed: ${failed.gid}: ${failed.code}`);
    return isLeft ? moved : jobs.move(job.id, ['canary'], { state: 'running' });
  }

  /**
   * Reads in the audit what other nodes have done of what they were asked to, among the items up to the place `last`. `isLeft`: there is more to read, or
   * they may still do some of it and it is worth waiting for. What they do later stays `recorded` here, and the audit alone tells of it.
   */
  private async readRecorded(job: Job, jobs: JobTable, last: number, patience: Patience): Promise<Reading> {
    let [read, left] = [0, 0];
    for (let after: number | undefined = 0; after !== undefined; ) {
      // So much at a time: the duty has to be renewed in between.
      if (read >= PAGE) return { moved: true, isLeft: true };
      const found: readonly JobItem[] = await jobs.items(job.id, 'recorded', after, PAGE);
      const page = found.filter(({ place }) => place <= last);
      const told = await this.toldOf(page);
      left += page.length;
      for (const item of page.filter(({ deed }) => told.has(deed))) {
        const end = await this.endOf(job, item, 'look back');
        if (end === null) continue;
        await jobs.end(item, 'recorded', endedNow(end));
        read += 1;
      }
      after = page.length < PAGE ? undefined : page.at(-1)?.place;
    }
    return { moved: read > 0, isLeft: left > read && patience === 'waits' };
  }

  private toldOf(items: readonly JobItem[]): ReturnType<typeof readTold> {
    return readTold(
      this.operations.history(),
      items.map(({ deed }) => deed),
    );
  }

  /** How an item ended; `null`: it is not known yet, and tried again. */
  private async endOf(job: Job, item: JobItem, how: 'look back' | 'carry out'): Promise<Pick<JobItem, 'state' | 'code' | 'detail'> | null> {
    const { parameters } = JSON.parse(job.request) as KeptJob;
    const asked = { gid: item.gid, action: job.action, reason: `${job.reason} (job ${job.id})`, version: null, parameters };
    const acting = { requestedBy: { name: job.principal, role: job.role as Role }, approvedBy: null, idempotencyKey: null };
    try {
      const answer =
        how === 'look back' ? await this.desk.lookBack(item.deed, asked) : await this.desk.carryOut(item.deed, asked, parameters, acting);
      if (answer === null) return null;
      return { state: (answer.body as { readonly outcome: 'done' | 'repeated' | 'recorded' }).outcome, code: '', detail: '' };
    } catch (error) {
      return failureOf(error, job.action);
    }
  }
}

/** How many items are taken at a time, and for how long that lasts, so that no more are done in a second than was asked for. */
function pieceOf({ state, perSecond }: Job): { readonly most: number; readonly forMs: number } {
  const most = state === 'canary' ? 1 : Math.min(MOST_AT_ONCE, Math.max(1, Math.floor((perSecond * TICK_MS) / 1_000)));
  return { most, forMs: Math.max(state === 'canary' ? TICK_MS : 0, (most * 1_000) / perSecond) };
}

function endedNow(end: Pick<JobItem, 'state' | 'code' | 'detail'>): ItemEnd {
  return { ...end, detail: end.detail.slice(0, LONGEST_DETAIL), atMs: Date.now() };
}

/** How a retry ends that was to change nothing: its participant is not called. */
function heldBack({ code, participant }: Attention): Pick<JobItem, 'state' | 'code' | 'detail'> {
  return { state: 'failed', code, detail: `Nothing is sent to ${participant} (${code}), so that a retry changes nothing.` };
}

/** Stops a job, unless it is over already; false: it is. */
function halt(jobs: JobTable, id: string, cause: string): Promise<boolean> {
  return jobs.move(id, ['collecting', 'canary', 'running'], { state: 'stopped', cause, finishedAtMs: Date.now() });
}

function dutyOf(id: string): string {
  return `job-${id}`;
}

/** A refusal is how an item ends; that something is busy or away is not. Throws what is neither. */
function failureOf(error: unknown, action: string): Pick<JobItem, 'state' | 'code' | 'detail'> | null {
  if (error instanceof StoreUnavailableError) return null;
  if (!(error instanceof EngineError) && !(error instanceof ApiError)) throw error;
  const { code, detail } = error;
  const status = error instanceof ApiError ? error.status : isErrorCode(code) ? new ApiError(code, detail).status : 409;
  if (status === 429 || status >= 500) return null;
  // What waited has gone on by itself meanwhile: that is what a retry was to bring about.
  return { state: action === 'retry' && code === 'not_parked' ? 'repeated' : 'failed', code, detail };
}
