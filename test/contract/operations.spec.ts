/** What operators' work keeps, on both databases: answers by their keys, policies, jobs with their items. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedPolicies } from '@assent/protocol';
import { IdempotencyKeys, type Job, JobTable, type OpenedStore, openTransactionStore, PolicyTable } from '@assent/store';
import { createTestDatabase, mariadbUrl } from '../support/databases.js';
import { anAudit } from './support/rows.js';

interface Ground {
  readonly opened: OpenedStore;
  close(): Promise<void>;
}

async function onSqlite(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-operations-'));
  const opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
  return {
    opened,
    async close() {
      await opened.store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function onMariadb(): Promise<Ground> {
  const database = await createTestDatabase();
  const opened = await openTransactionStore({ url: database.url, leaseMs: 5_000 });
  return {
    opened,
    async close() {
      await opened.store.close();
      await database.drop();
    },
  };
}

const aJob = (id: string, changes: Partial<Job> = {}): Job => ({
  ...{ id, action: 'retry', request: '{"query":{},"parameters":{}}', reason: "it's back \u2603", principal: 'ada', role: 'operator' },
  ...{ state: 'collecting', cause: '', perSecond: 50, total: 0, position: null, createdAtMs: 1, finishedAtMs: null },
  ...changes,
});

for (const [name, open] of [
  ['on SQLite', onSqlite],
  ['on MariaDB', mariadbUrl === null ? null : onMariadb],
] as const) {
  (open === null ? describe.skip : describe)(`operators' work, ${name}`, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await (open as () => Promise<Ground>)();
    });
    afterAll(() => ground.close());

    it('keeps the first of two requests under one key, and its answer, until it is forgotten', async () => {
      const keys = new IdempotencyKeys(ground.opened.dataSource);
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
      const table = new PolicyTable(ground.opened.dataSource);
      const policy = { ...shippedPolicies[0]!, name: 'night', version: 1 };
      const audit = () => anAudit('', { action: 'policy-create', principal: 'ada' });
      const both = await Promise.all([table.add(policy, 'ada', audit()), table.add(policy, 'ben', audit())]);
      expect(both.toSorted()).toEqual([false, true]);
      const first = anAudit('', { action: 'policy-retire' });
      const second = anAudit('', { action: 'policy-retire' });
      expect([await table.retire('night', 5, first), await table.retire('night', 6, second)]).toEqual([true, false]);
      expect((await ground.opened.store.readPolicies()).find(({ name: of }) => of === 'night')).toMatchObject({
        version: 1,
        isRetired: true,
      });
      expect((await ground.opened.store.findAudit([first.id, second.id])).map(({ id }) => id)).toEqual([first.id]);
    });

    it('keeps a job with its items: collected in order, ended once, made pending again under new deeds', async () => {
      const jobs = new JobTable(ground.opened.dataSource);
      await jobs.create(aJob('j-1'), anAudit(''));
      expect(await jobs.find('j-1')).toEqual(aJob('j-1'));
      await jobs.collect(
        aJob('j-1'),
        Array.from({ length: 450 }, (_, index) => ({ gid: `g-${index}`, deed: `d-${index}` })),
        'somewhere',
      );
      expect(await jobs.find('j-1')).toMatchObject({ total: 450, position: 'somewhere' });
      const twice = jobs.collect(aJob('j-1', { total: 450 }), [{ gid: 'g-7', deed: 'd-x' }], null);
      await expect(twice).rejects.toThrow();
      expect((await jobs.find('j-1'))?.total).toBe(450);
      const [first, second] = await jobs.items('j-1', 'pending', 0, 2);
      expect([first, second]).toMatchObject([
        { place: 1, gid: 'g-0' },
        { place: 2, gid: 'g-1' },
      ]);
      await jobs.end(first!, { state: 'failed', code: 'not_parked', detail: 'x', atMs: 7 });
      await jobs.end(first!, { state: 'done', code: '', detail: '', atMs: 8 });
      await jobs.end(second!, { state: 'done', code: '', detail: '', atMs: 9 });
      expect(await jobs.counts('j-1')).toEqual({ failed: 1, done: 1, pending: 448 });
      expect(await jobs.renew('j-1', () => 'd-new', 10)).toBe(1);
      expect(await jobs.items('j-1', 'pending', 0, 1)).toMatchObject([{ place: 1, deed: 'd-new', code: '', atMs: null }]);
    });

    it('moves a job on only from where it is thought to be, and lists what is to be gone on with', async () => {
      const jobs = new JobTable(ground.opened.dataSource);
      await jobs.create(aJob('j-2'), anAudit(''));
      const audit = anAudit('', { action: 'job-stop' });
      expect(await jobs.move('j-2', ['running'], { state: 'finished' })).toBe(false);
      expect((await jobs.active(10)).map(({ id }) => id)).toContain('j-2');
      expect(await jobs.moveBy('j-2', ['collecting'], { state: 'stopped', cause: 'enough' }, audit)).toBe(true);
      expect(await jobs.moveBy('j-2', ['collecting'], { state: 'stopped' }, anAudit(''))).toBe(false);
      expect((await jobs.active(10)).map(({ id }) => id)).not.toContain('j-2');
      expect(await ground.opened.store.findAudit([audit.id])).toHaveLength(1);
      expect((await jobs.list(null, 1)).map(({ id }) => id)).toEqual(['j-2']);
      expect((await jobs.list('j-2', 5)).map(({ id }) => id)).toEqual(['j-1']);
    });
  });
}
