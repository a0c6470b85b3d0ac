/** What is old goes, and is still told from what never was; seen over HTTP. */
import { v7 as uuidv7 } from 'uuid';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder } from './support/coordinators.js';

const DAY_MS = 86_400_000;

describe('retention', () => {
  let folder: TestFolder;
  let assent: TestCoordinator;

  beforeAll(async () => {
    folder = testFolder();
    assent = await startCoordinator(folder, { ASSENT_KEEP_FINISHED_DAYS: '2', ASSENT_RETENTION_DAYS: '20' });
  });
  afterAll(async () => {
    await assent.stop();
    folder.remove();
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
      wouldPurge: { emptied: 0, deleted: 0, flagged: 0, audit: 0 },
    });
  });

  it('takes it away when asked, and counts it', async () => {
    expect((await assent.post('/v1/retention/run', { dryRun: true })).body).toMatchObject({ outcome: 'dry_run' });
    expect(await assent.post('/v1/retention/run', {})).toMatchObject({ status: 200, body: { outcome: 'done', purged: { deleted: 0 } } });
    const { body } = await assent.get('/metrics');
    expect(body.text).toContain('assent_purged_total{what="deleted"} 0');
  });
});
