/** What operators' work keeps, on both databases: answers by their keys, policies, jobs with their items. */
import { shippedPolicies } from '@assent/protocol';
import { Housekeeping, IdempotencyKeys, type Job, JobTable, PolicyTable } from '@assent/store';
import { describeEveryDatabase } from './support/opened.js';
import { anAudit } from './support/rows.js';

const aJob = (id: string, changes: Partial<Job> = {}): Job => ({
  ...{ id, action: 'retry', request: '{"query":{},"parameters":{}}', reason: "it's back \u2603", principal: 'ada', role: 'operator' },
  ...{ state: 'collecting', cause: '', perSecond: 50, total: 0, position: null, canaryEnd: null, createdAtMs: 1, finishedAtMs: null },
  ...changes,
});

describeEveryDatabase("operators' work", (opened) => {
  it('keeps the first of two requests under one key, and its answer, until it is forgotten', async () => {
    const keys = new IdempotencyKeys(opened().dataSource);
    const request = { principal: 'ada', name: 'k-1', hash: 'a'.repeat(64), deed: 'd-1', createdAtMs: 100 };
    const both = await Promise.all([keys.claim(request), keys.claim({ ...request, deed: 'd-2' })]);
    expect(both.filter((kept) => kept === null)).toHaveLength(1);
    await keys.answer(request, '{"ok":"\u2603"}');
    expect(await keys.claim({ ...request, hash: 'b'.repeat(64) })).toMatchObject({ hash: 'a'.repeat(64), answer: '{"ok":"\u2603"}' });
    expect(await keys.claim({ ...request, principal: 'ben' })).toBeNull();
    await keys.release(request);
    expect(await keys.claim(request)).not.toBeNull();
    await keys.release({ principal: 'ben', name: 'k-1' });
    expect(await keys.claim({ ...request, principal: 'ben', createdAtMs: 300 })).toBeNull();
    expect(await keys.forget(200, 10)).toBe(1);
    expect(await keys.claim(request)).toBeNull();
  });

  it('adds a version of a policy once, and retires a name once, each with its row of the audit', async () => {
    const table = new PolicyTable(opened().dataSource);
    const policy = { ...shippedPolicies[0]!, name: 'night', version: 1 };
    const audit = () => anAudit('', { action: 'policy-create', principal: 'ada' });
    const both = await Promise.all([table.add(policy, 'ada', audit()), table.add(policy, 'ben', audit())]);
    expect(both.toSorted()).toEqual([false, true]);
    const first = anAudit('', { action: 'policy-retire' });
    const second = anAudit('', { action: 'policy-retire' });
    expect([await table.retire('night', 5, first), await table.retire('night', 6, second)]).toEqual([true, false]);
    expect((await opened().store.readPolicies()).find(({ name: of }) => of === 'night')).toMatchObject({
      version: 1,
      isRetired: true,
    });
    expect((await opened().store.findAudit([first.id, second.id])).map(({ id }) => id)).toEqual([first.id]);
  });

  it('keeps a job with its items: collected in order, ended once, made pending again under new deeds', async () => {
    const jobs = new JobTable(opened().dataSource);
    await jobs.create(aJob('j-1'), anAudit(''));
    expect(await jobs.find('j-1')).toEqual(aJob('j-1'));
    await jobs.collect(
      aJob('j-1'),
      Array.from({ length: 450 }, (_, index) => ({ gid: `g-${index}`, deed: `d-${index}` })),
      { position: 'somewhere' },
    );
    expect(await jobs.find('j-1')).toMatchObject({ total: 450, position: 'somewhere' });
    const again = ['g-7', 'g-450', 'g-8'].map((gid) => ({ gid, deed: `again-${gid}` }));
    await jobs.collect(aJob('j-1', { total: 450 }), again, { state: 'canary', canaryEnd: 5 });
    expect(await jobs.find('j-1')).toMatchObject({ total: 451, state: 'canary', canaryEnd: 5 });
    expect(await jobs.items('j-1', null, 449, 9)).toMatchObject([{ gid: 'g-449' }, { place: 451, gid: 'g-450', deed: 'again-g-450' }]);
    const [first, second] = await jobs.items('j-1', 'pending', 0, 2);
    expect([first, second]).toMatchObject([
      { place: 1, gid: 'g-0' },
      { place: 2, gid: 'g-1' },
    ]);
    await jobs.end(first!, 'pending', { state: 'failed', code: 'not_parked', detail: 'x', atMs: 7 });
    await jobs.end(first!, 'pending', { state: 'done', code: '', detail: '', atMs: 8 });
    await jobs.end(second!, 'pending', { state: 'done', code: '', detail: '', atMs: 9 });
    expect(await jobs.counts('j-1')).toEqual({ failed: 1, done: 1, pending: 449 });
    await jobs.end(second!, 'recorded', { state: 'failed', code: 'x', detail: '', atMs: 9 });
    expect(await jobs.renew('j-1', () => 'd-new', 10)).toBe(1);
    expect(await jobs.items('j-1', 'pending', 0, 1)).toMatchObject([{ place: 1, deed: 'd-new', code: '', atMs: null }]);
  });

  it('adds nothing to a job that was stopped while a page of it was read', async () => {
    const jobs = new JobTable(opened().dataSource);
    await jobs.create(aJob('j-1'), anAudit(''));
    await jobs.move('j-1', ['collecting'], { state: 'stopped' });
    await jobs.collect(aJob('j-1'), [{ gid: 'g-1', deed: 'd-1' }], { position: 'somewhere' });
    expect([await jobs.counts('j-1'), (await jobs.find('j-1'))?.total, (await jobs.find('j-1'))?.position]).toEqual([{}, 0, null]);
  });

  it('moves a job on only from where it is thought to be, and lists what is to be gone on with', async () => {
    const jobs = new JobTable(opened().dataSource);
    await jobs.create(aJob('j-1'), anAudit(''));
    await jobs.create(aJob('j-2'), anAudit(''));
    const audit = anAudit('', { action: 'job-stop' });
    expect(await jobs.move('j-2', ['running'], { state: 'finished' })).toBe(false);
    expect((await jobs.active(10)).map(({ id }) => id)).toContain('j-2');
    expect(await jobs.moveBy('j-2', ['collecting'], { state: 'stopped', cause: 'enough' }, audit)).toBe(true);
    expect(await jobs.moveBy('j-2', ['collecting'], { state: 'stopped' }, anAudit(''))).toBe(false);
    expect((await jobs.active(10)).map(({ id }) => id)).not.toContain('j-2');
    expect(await opened().store.findAudit([audit.id])).toHaveLength(1);
    expect((await jobs.list(null, 1)).map(({ id }) => id)).toEqual(['j-2']);
    expect((await jobs.list('j-2', 5)).map(({ id }) => id)).toEqual(['j-1']);
  });

  describe('jobs that have been over for long', () => {
    const times = { keepFinishedMs: 1, retentionMs: 1, keepAuditMs: null, keepJobsMs: 1_000 };
    const items = Array.from({ length: 5 }, (_, index) => ({ gid: `g-${index}`, deed: `d-${index}` }));
    let jobs: JobTable;
    let house: Housekeeping;
    beforeEach(() => {
      jobs = new JobTable(opened().dataSource);
      house = new Housekeeping(opened().dataSource, times);
    });

    async function ended(id: string, changes: Partial<Job>): Promise<void> {
      await jobs.create(aJob(id), anAudit(''));
      await jobs.collect(aJob(id), items, {});
      await jobs.move(id, ['collecting'], changes);
    }

    it('go with what became of each transaction, a few rows at a time, and nobody sees a part of one', async () => {
      await ended('old', { state: 'stopped', finishedAtMs: 5_000 });
      expect(await house.foreseeJobs(6_001, 10)).toBe(1);
      expect(await house.forgetJobs(6_001, 2)).toEqual({ jobs: 0, rows: 2 });
      expect([await jobs.find('old'), await jobs.list(null, 10)]).toEqual([null, []]);
      expect(await jobs.moveBy('old', ['stopped', 'finished'], { state: 'canary' }, anAudit(''))).toBe(false);
      expect((await jobs.items('old', null, 0, 10)).map(({ place }) => place)).toEqual([3, 4, 5]);
      expect(await house.forgetJobs(6_001, 2)).toEqual({ jobs: 0, rows: 2 });
      expect(await house.forgetJobs(6_001, 2)).toEqual({ jobs: 1, rows: 2 });
      expect(await jobs.items('old', null, 0, 10)).toEqual([]);
      expect(await house.forgetJobs(6_001, 2)).toEqual({ jobs: 0, rows: 0 });
    });

    it('go before those that are not over, or have not been for long', async () => {
      await ended('running', { state: 'running' });
      await ended('young', { state: 'finished', finishedAtMs: 5_002 });
      await ended('old', { state: 'finished', finishedAtMs: 5_000 });
      expect(await house.foreseeJobs(6_001, 10)).toBe(1);
      expect(await house.forgetJobs(6_001, 100)).toEqual({ jobs: 1, rows: 6 });
      expect(await house.forgetJobs(6_001, 100)).toEqual({ jobs: 0, rows: 0 });
      expect((await jobs.list(null, 10)).map(({ id }) => id)).toEqual(['young', 'running']);
      expect(await jobs.items('young', null, 0, 10)).toHaveLength(5);
    });
  });
});
