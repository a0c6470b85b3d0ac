/**
 * Takes away jobs that are long over, with their items. A job may have a hundred thousand of them, so it goes in several batches; it is forgotten with
 * the first: nobody sees it or retries it from then on, and a node that dies in between leaves nothing that another would not find.
 */
import { type DataSource, type EntityManager, In, LessThan, LessThanOrEqual } from 'typeorm';
import { inTransaction } from '../administration/index.js';
import { BulkJobEntity, BulkJobItemEntity } from '../schema/index.js';
import { OVER } from './job-table.js';

/** What one batch has taken away. No `rows`: there was nothing. */
export interface ForgottenJobs {
  /** Jobs that are gone whole. */
  readonly jobs: number;
  /** Jobs and items. */
  readonly rows: number;
}

export class JobRetention {
  constructor(private readonly dataSource: DataSource) {}

  /** Up to `limit` items of one job that has been over since before `beforeMs`, and the job itself with its last ones. */
  forget(beforeMs: number, limit: number): Promise<ForgottenJobs> {
    return inTransaction(this.dataSource, async (manager) => {
      const id = (await findForgotten(manager)) ?? (await forgetOldest(manager, beforeMs));
      if (id === null) return { jobs: 0, rows: 0 };
      const items = await manager.find(BulkJobItemEntity, {
        select: { place: true },
        where: { job: id },
        order: { place: 'ASC' },
        take: limit,
      });
      const last = items.at(-1);
      if (last !== undefined) await manager.delete(BulkJobItemEntity, { job: id, place: LessThanOrEqual(last.place) });
      if (items.length === limit) return { jobs: 0, rows: limit };
      await manager.delete(BulkJobEntity, { id });
      return { jobs: 1, rows: items.length + 1 };
    });
  }

  /** How many jobs have been over since before `beforeMs`, at most `limit`. Index: (state). */
  async countOld(beforeMs: number, limit: number): Promise<number> {
    return (await findOld(this.dataSource.manager, beforeMs, limit)).length;
  }
}

/** A job of which a batch before has taken a part. Index: (state). */
async function findForgotten(manager: EntityManager): Promise<string | null> {
  const [job] = await manager.find(BulkJobEntity, { select: { id: true }, where: { state: 'forgotten' }, take: 1 });
  return job?.id ?? null;
}

/** Hides the oldest job that may go; `null`: there is none, or it has just been retried. */
async function forgetOldest(manager: EntityManager, beforeMs: number): Promise<string | null> {
  const [id] = await findOld(manager, beforeMs, 1);
  if (id === undefined) return null;
  const hidden = await manager.update(BulkJobEntity, { id, state: In([...OVER]) }, { state: 'forgotten' });
  return hidden.affected === 1 ? id : null;
}

async function findOld(manager: EntityManager, beforeMs: number, limit: number): Promise<readonly string[]> {
  const where = { state: In([...OVER]), finishedAtMs: LessThan(beforeMs) };
  const jobs = await manager.find(BulkJobEntity, { select: { id: true }, where, order: { id: 'ASC' }, take: limit });
  return jobs.map(({ id }) => id);
}
