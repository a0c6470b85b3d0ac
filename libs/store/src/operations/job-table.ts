/**
 * Jobs over many transactions: what was asked for, the transactions that it concerns, and what became of each. What a job collects and how far it has
 * come is one database transaction, so that a node that goes on with it neither misses one nor takes one twice.
 */
import type { AuditRow } from '@assent/engine';
import { type DataSource, type EntityManager, In, LessThan, MoreThan, Not } from 'typeorm';
import { inTransaction, inTurn, recordAudit } from '../administration/index.js';
import { BulkJobEntity, BulkJobItemEntity } from '../schema/index.js';

export type Job = Readonly<BulkJobEntity>;
export type JobItem = Readonly<BulkJobItemEntity>;
export type JobState = Job['state'];
export type JobChange = Partial<Pick<Job, 'state' | 'cause' | 'position' | 'canaryEnd' | 'finishedAtMs'>>;
export type ItemEnd = Pick<JobItem, 'state' | 'code' | 'detail' | 'atMs'>;

/** Jobs in these states are to be gone on with. */
const ACTIVE: readonly JobState[] = ['collecting', 'canary', 'running'];
/** In these nothing happens any more unless somebody retries them. */
export const OVER: readonly JobState[] = ['stopped', 'finished'];
/** Being taken away; there is nobody any more who sees it. */
const FORGOTTEN: JobState = 'forgotten';
/** Items inserted by one statement. */
const CHUNK = 200;

export class JobTable {
  constructor(private readonly dataSource: DataSource) {}

  create(job: Job, audit: AuditRow): Promise<void> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.insert(BulkJobEntity, { ...job });
      await recordAudit(manager, audit);
    });
  }

  find(id: string): Promise<Job | null> {
    return this.dataSource.getRepository(BulkJobEntity).findOneBy({ id, state: Not(FORGOTTEN) });
  }

  /** Newest first. Index: primary. */
  list(beforeId: string | null, limit: number): Promise<readonly Job[]> {
    const where = { state: Not(FORGOTTEN), ...(beforeId === null ? {} : { id: LessThan(beforeId) }) };
    return this.dataSource.getRepository(BulkJobEntity).find({ where, order: { id: 'DESC' }, take: limit });
  }

  /** Oldest first. Index: (state). */
  active(limit: number): Promise<readonly Job[]> {
    return this.dataSource.getRepository(BulkJobEntity).find({ where: { state: In([...ACTIVE]) }, order: { id: 'ASC' }, take: limit });
  }

  /**
   * Adds transactions behind those that the job has, each once, and notes how far it has looked, or what comes next when that was everything; nothing once
   * it does not collect any more.
   */
  collect(job: Job, items: readonly Pick<JobItem, 'gid' | 'deed'>[], change: JobChange): Promise<void> {
    return inTransaction(this.dataSource, async (manager) => {
      const fresh = await withoutThoseThere(manager, job, items);
      const isCollecting = { id: job.id, state: 'collecting', total: job.total } as const;
      const moved = await manager.update(BulkJobEntity, isCollecting, { ...change, total: job.total + fresh.length });
      if (moved.affected !== 1) return;
      const rows = fresh.map(({ gid, deed }, index) => {
        return { job: job.id, place: job.total + index + 1, gid, deed, state: 'pending' as const, code: '', detail: '', atMs: null };
      });
      for (let from = 0; from < rows.length; from += CHUNK) await manager.insert(BulkJobItemEntity, rows.slice(from, from + CHUNK));
    });
  }

  /** Moves a job on; false when it is in none of these states any more. */
  async move(id: string, from: readonly JobState[], change: JobChange): Promise<boolean> {
    const moved = await inTurn(this.dataSource, (manager) => manager.update(BulkJobEntity, { id, state: In([...from]) }, change));
    return moved.affected === 1;
  }

  /** As `move`, with the audit row of whoever asked for it. */
  moveBy(id: string, from: readonly JobState[], change: JobChange, audit: AuditRow): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const moved = await manager.update(BulkJobEntity, { id, state: In([...from]) }, change);
      if (moved.affected === 1) await recordAudit(manager, audit);
      return moved.affected === 1;
    });
  }

  /** In their order. Index: primary, or (job, state, place). */
  items(job: string, state: JobItem['state'] | null, afterPlace: number, limit: number): Promise<readonly JobItem[]> {
    const where = { job, place: MoreThan(afterPlace), ...(state === null ? {} : { state }) };
    return this.dataSource.getRepository(BulkJobItemEntity).find({ where, order: { place: 'ASC' }, take: limit });
  }

  /** Notes what became of an item, if it still stands as `was`. */
  async end({ job, place }: Pick<JobItem, 'job' | 'place'>, was: 'pending' | 'recorded', end: ItemEnd): Promise<void> {
    await inTurn(this.dataSource, (manager) => manager.update(BulkJobItemEntity, { job, place, state: was }, end));
  }

  /** How many items are in each state. Index: (job, state, place). */
  async counts(job: string): Promise<Readonly<Partial<Record<JobItem['state'], number>>>> {
    const rows = await this.dataSource
      .getRepository(BulkJobItemEntity)
      .createQueryBuilder('i')
      .select('i.state', 'state')
      .addSelect('COUNT(*)', 'number')
      .where('i.job = :job', { job })
      .groupBy('i.state')
      .getRawMany<{ state: JobItem['state']; number: string | number }>();
    return Object.fromEntries(rows.map(({ state, number }) => [state, Number(number)]));
  }

  /** Makes failed items pending again, each under a new deed; `newDeed` draws its id. Returns how many. */
  renew(job: string, newDeed: () => string, limit: number): Promise<number> {
    return inTransaction(this.dataSource, async (manager: EntityManager) => {
      const failed = await manager.find(BulkJobItemEntity, { where: { job, state: 'failed' }, order: { place: 'ASC' }, take: limit });
      for (const { place } of failed) {
        await manager.update(BulkJobItemEntity, { job, place }, { state: 'pending', deed: newDeed(), code: '', detail: '', atMs: null });
      }
      return failed.length;
    });
  }
}

/** A job of an older node may look again at what it has: it did not keep that it had seen everything. Index: (job, gid). */
async function withoutThoseThere<Item extends Pick<JobItem, 'gid'>>(
  manager: EntityManager,
  job: Job,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const among = { job: job.id, gid: In(items.map(({ gid }) => gid)) };
  const there = await manager.find(BulkJobItemEntity, { select: { gid: true }, where: among });
  const known = new Set(there.map(({ gid }) => gid));
  return items.filter(({ gid }) => !known.has(gid));
}
