/**
 * Carries jobs out, on whichever node has the duty: collects the transactions, tries five of them first, then goes on at the rate that was asked for. What
 * was done is found in the audit by the id of the item, so that a node which goes on with the job of a dead one does nothing twice.
 */
import { EngineError, StoreUnavailableError } from '@assent/engine';
import type { Duties, Job, JobItem, JobTable } from '@assent/store';
import type { Role } from '../../access/index.js';
import { ApiError, isErrorCode } from '../../errors/index.js';
import type { ActionParameters } from '../actions/action.schema.js';
import type { ActionDesk } from '../actions/action-desk.js';
import { newGid } from '../gid.js';
import { readCursor, writeCursor } from '../list/cursor.js';
import { filterOf } from '../list/list-query.js';
import type { Operations } from '../operations.js';
import type { JobQuery } from './job.schema.js';

/** What a job keeps of its request. */
export interface KeptJob {
  readonly query: JobQuery;
  readonly parameters: ActionParameters;
}

/** Tried before the others; the job stops when one of them fails. */
export const CANARY = 5;
/** Transactions that one job may concern. */
export const MOST_ITEMS = 100_000;
/** Whoever has not asked again for so long is taken for dead. */
const DUTY_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
/** Work is cut into pieces of so long, between which the job may be stopped. */
const TICK_MS = 200;
const PAGE = 200;
/** Items of one tick, however fast a job may go. */
const MOST_AT_ONCE = 200;
/** Rounds in which nothing could be done (the database is away, the node is full) before the job stops. */
const MOST_IDLE_ROUNDS = 300;
const LONGEST_DETAIL = 1_000;

/** Who is told when a job cannot go on for a reason of ours. */
export interface JobLog {
  error(fields: object, message: string): void;
}

export class JobRunner {
  private readonly holder = newGid();
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly operations: Operations,
    private readonly desk: ActionDesk,
    private readonly log: JobLog,
  ) {}

  /** Looks for jobs from now on. */
  start(): void {
    this.running = this.loop();
  }

  /** Ends what is under way; the jobs stay for whoever has the duty next. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.round();
      } catch (error) {
        // While the store is away or the node starts there is nothing to do; a job that cannot go on must not end the others.
        if (!(error instanceof ApiError) && !(error instanceof StoreUnavailableError)) {
          this.log.error({ err: error }, 'A job could not go on');
        }
      }
      await this.pause(LOOK_EVERY_MS);
    }
  }

  private async round(): Promise<void> {
    const jobs = this.operations.jobs();
    const duties = this.operations.duties();
    for (const job of await jobs.active(PAGE)) {
      if (this.isStopping || !(await duties.take(dutyOf(job.id), this.holder, DUTY_MS))) continue;
      try {
        await this.advance(job.id, jobs, duties);
      } finally {
        await duties.leave(dutyOf(job.id), this.holder);
      }
    }
  }

  /** Goes on with a job until it ends, is stopped, or this node is. */
  private async advance(id: string, jobs: JobTable, duties: Duties): Promise<void> {
    let idleRounds = 0;
    let renewedAtMs = performance.now();
    while (!this.isStopping) {
      const startedMs = performance.now();
      if (startedMs - renewedAtMs > DUTY_MS / 4) {
        if (!(await duties.take(dutyOf(id), this.holder, DUTY_MS))) return;
        renewedAtMs = startedMs;
      }
      const job = await jobs.find(id);
      if (job === null || job.state === 'stopped' || job.state === 'finished') return;
      const moved = job.state === 'collecting' ? await this.collect(job, jobs) : await this.carryOn(job, jobs);
      idleRounds = moved ? 0 : idleRounds + 1;
      if (idleRounds > MOST_IDLE_ROUNDS)
        await jobs.move(id, ['canary', 'running'], { state: 'stopped', cause: 'nothing could be done for a minute' });
      if (job.state !== 'collecting') await this.pause(TICK_MS - (performance.now() - startedMs));
    }
  }

  private async collect(job: Job, jobs: JobTable): Promise<boolean> {
    const { query } = JSON.parse(job.request) as KeptJob;
    if (job.total >= MOST_ITEMS) {
      return jobs.move(job.id, ['collecting'], { state: 'stopped', cause: `more than ${MOST_ITEMS} transactions match; narrow the query` });
    }
    const after = job.position === null ? null : readCursor(job.position);
    const page = await this.operations.search().page({ filter: filterOf(query), after, limit: PAGE });
    const items = page.items.map(({ gid }) => ({ gid, deed: newGid() }));
    await jobs.collect(job, items, page.next === null ? job.position : writeCursor(page.next));
    if (page.next === null) await jobs.move(job.id, ['collecting'], { state: 'canary' });
    return true;
  }

  /** One piece of work. False when there was something to do, and nothing could be done. */
  private async carryOn(job: Job, jobs: JobTable): Promise<boolean> {
    const isCanary = job.state === 'canary';
    const most = isCanary ? 1 : Math.min(MOST_AT_ONCE, Math.max(1, Math.round((job.perSecond * TICK_MS) / 1_000)));
    const items = await jobs.items(job.id, 'pending', 0, most);
    const [first] = items;
    if (first === undefined) return jobs.move(job.id, ['canary', 'running'], { state: 'finished', finishedAtMs: Date.now() });
    if (isCanary && first.place > CANARY) return this.endCanary(job, jobs);
    const told = new Set((await this.operations.history().findAudit(items.map(({ deed }) => deed))).map(({ id }) => id));
    const ends = await Promise.all(items.map(async (item) => this.endOf(job, item, told.has(item.deed) ? 'look back' : 'carry out')));
    let moved = false;
    for (const [index, end] of ends.entries()) {
      if (end === null) continue;
      moved = true;
      await jobs.end(items[index]!, { ...end, detail: end.detail.slice(0, LONGEST_DETAIL), atMs: Date.now() });
    }
    if (isCanary && ends[0]?.state === 'failed') await this.endCanary(job, jobs);
    return moved;
  }

  private async endCanary(job: Job, jobs: JobTable): Promise<boolean> {
    const failed = (await jobs.items(job.id, 'failed', 0, 1)).find(({ place }) => place <= CANARY);
    if (failed === undefined) return jobs.move(job.id, ['canary'], { state: 'running' });
    const cause = `canary_failed: ${failed.gid}: ${failed.code}`;
    return jobs.move(job.id, ['canary'], { state: 'stopped', cause });
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

  private pause(ms: number): Promise<void> {
    if (ms <= 0 || this.isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
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
