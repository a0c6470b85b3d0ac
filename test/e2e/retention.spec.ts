/** What is old goes, and is still told from what never was; seen over HTTP. */
import { type Job, JobTable, openTransactionStore } from '@assent/store';
import { v7 as uuidv7 } from 'uuid';
import { anAudit } from '../contract/support/rows.js';
import type { TestCoordinator } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';

const DAY_MS = 86_400_000;

describeOnEveryDatabase('retention', (ground) => {
  let assent: TestCoordinator;

  beforeAll(async () => {
    await keepOldJob(ground().url);
    assent = await ground().start({ ASSENT_KEEP_FINISHED_DAYS: '2', ASSENT_RETENTION_DAYS: '20', ASSENT_KEEP_JOBS_DAYS: '10' });
  });
  afterAll(async () => {
    await assent.stop();
  });

  const begin = (gid: string) => assent.post('/v1/transactions', { gid, pattern: 'tcc', driver: 'initiator', branches: [] });
  const madeBefore = (days: number) => uuidv7({ msecs: Date.now() - days * DAY_MS });

  it('does not begin what may have been begun and forgotten', async () => {
    expect(await begin(madeBefore(21))).toMatchObject({ status: 409, body: { code: 'gid_expired' } });
    expect((await begin(madeBefore(19))).status).toBe(202);
    expect((await begin('of-my-own-alphabet')).status).toBe(202);
  });

  it('tells for how long what is kept, and what would go', async () => {
    expect((await assent.get('/v1/retention')).body).toMatchObject({
      keepFinishedDays: 2,
      retentionDays: 20,
      keepAuditDays: null,
      keepJobsDays: 10,
      wouldPurge: { emptied: 0, deleted: 0, flagged: 0, audit: 0, jobs: 1 },
    });
  });

  it('takes it away when asked, and counts it', async () => {
    expect((await assent.post('/v1/retention/run', { dryRun: true })).body).toMatchObject({ outcome: 'dry_run', purged: { jobs: 1 } });
    expect((await assent.get(`/v1/jobs/${oldJob.id}`)).body.state).toBe('finished');
    const purged = { deleted: 0, jobs: 1 };
    expect(await assent.post('/v1/retention/run', {})).toMatchObject({ status: 200, body: { outcome: 'done', purged } });
    const { text } = (await assent.get('/metrics')).body;
    expect(text).toContain('assent_purged_total{what="deleted"} 0');
    expect(text).toContain('assent_purged_total{what="jobs"} 1');
    expect((await assent.get(`/v1/jobs/${oldJob.id}`)).body.code).toBe('job_not_found');
    expect((await assent.get('/v1/jobs')).body.items).toEqual([]);
    const { items } = (await assent.get('/v1/audit')).body as unknown as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ principal: 'local', action: 'retention-run' }));
  });

  it('flags what nobody has decided for so long, once, until it is decided', async () => {
    await assent.post('/v1/policies', { name: 'for-people', reason: 'people decide', deadlineMs: 90 * DAY_MS });
    await assent.post('/v1/transactions', { gid: 'forgotten', pattern: 'tcc', driver: 'initiator', policy: 'for-people', branches: [] });
    await assent.stop();
    await age(ground().url, 'forgotten', 21 * DAY_MS);
    assent = await ground().start({ ASSENT_KEEP_FINISHED_DAYS: '2', ASSENT_RETENTION_DAYS: '20' });
    const run = async () => ((await assent.post('/v1/retention/run', {})).body.purged as unknown as { flagged: number }).flagged;
    const flagged = async () =>
      ((await assent.get('/v1/transactions?attention=parked')).body as unknown as { items: { gid: string }[] }).items.map(({ gid }) => gid);
    expect([await run(), await run(), await flagged()]).toEqual([1, 0, ['forgotten']]);
    expect((await assent.post('/v1/transactions/forgotten/abort', { wait: 'final' })).body.status).toBe('aborted');
    expect(await flagged()).toEqual([]);
  });
});

const endedAtMs = Date.now() - 11 * DAY_MS;
const oldJob: Job = {
  ...{ id: uuidv7({ msecs: endedAtMs }), action: 'retry', request: '{"query":{},"parameters":{}}', reason: 'long ago', principal: 'ada' },
  ...{ role: 'operator', state: 'finished', cause: '', perSecond: 50, total: 0, position: null, canaryEnd: null },
  ...{ createdAtMs: endedAtMs, finishedAtMs: endedAtMs },
};

/** Makes a transaction at rest older than it is. */
async function age(url: string, gid: string, byMs: number): Promise<void> {
  const { store, dataSource } = await openTransactionStore({ url, leaseMs: 5_000 });
  await dataSource.query('UPDATE global_transaction SET created_at = created_at - ? WHERE gid = ?', [byMs, gid]);
  await store.close();
}

/** Leaves a job behind, as a coordinator did that was here before. */
async function keepOldJob(url: string): Promise<void> {
  const { store, dataSource } = await openTransactionStore({ url, leaseMs: 5_000 });
  await new JobTable(dataSource).create(oldJob, anAudit(''));
  await store.close();
}
