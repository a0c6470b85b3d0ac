/** One action on many transactions: counted per item, canary first, stopped, retried, and carried on after a crash, each item once. */
import { type Job, JobTable, openTransactionStore } from '@assent/store';
import { v7 as uuidv7 } from 'uuid';
import { anAudit } from '../contract/support/rows.js';
import { describeOnMariadb } from '../support/databases.js';
import { freePort } from '../support/mariadb.js';
import { CoordinatorProcess } from './support/coordinator-process.js';
import { type Answer, type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase, Ground } from './support/databases.js';

interface Poster {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** Transactions that rest, because they wait for their initiator. */
async function rest(assent: Poster, name: string, count: number): Promise<readonly string[]> {
  const gids = Array.from({ length: count }, () => uuidv7());
  for (let from = 0; from < count; from += 50) {
    const some = gids.slice(from, from + 50);
    await Promise.all(some.map((gid) => assent.post('/v1/transactions', { gid, name, pattern: 'tcc', driver: 'initiator', branches: [] })));
  }
  return gids;
}

/** A job that somebody stopped before it had found anything. */
const unfound: Job = {
  ...{ id: uuidv7(), action: 'pause', request: '{"query":{"name":"unfound"},"parameters":{}}', reason: 'a storm', principal: 'ada' },
  ...{ role: 'operator', state: 'stopped', cause: 'stopped by ada', perSecond: 500, total: 0, position: null, canaryEnd: null },
  ...{ createdAtMs: Date.now(), finishedAtMs: Date.now() },
};

const stateOf = async (assent: Poster, id: string) => String((await assent.get(`/v1/jobs/${id}`)).body.state);
const countsOf = async (assent: Poster, id: string) =>
  (await assent.get(`/v1/jobs/${id}`)).body.counts as unknown as Record<string, number>;

describeOnEveryDatabase('a job', (ground) => {
  let assent: TestCoordinator;

  beforeAll(async () => {
    const { store, dataSource } = await openTransactionStore({ url: ground().url, leaseMs: 5_000 });
    await new JobTable(dataSource).create(unfound, anAudit(''));
    await store.close();
    assent = await ground().start();
  });
  afterAll(async () => {
    await assent.stop();
  });

  /** Where each item says that the audit tells of it, and whether it does. */
  const auditedOf = async (id: string) => {
    const { items } = (await assent.get(`/v1/jobs/${id}/items`)).body as unknown as {
      items: { gid: string; state: string; audit: string }[];
    };
    return Promise.all(
      items.map(async ({ gid, state, audit }) => {
        const rows = (await assent.get(`/v1/transactions/${gid}?include=audit`)).body.audit as unknown as { id: string }[];
        return [state, rows.some((row) => row.id === audit)];
      }),
    );
  };

  const create = (body: object) => assent.post('/v1/jobs', { action: 'abort', reason: 'clearing up', perSecond: 500, ...body });

  it('does its action to all that the query finds, and keeps what became of each', async () => {
    const gids = await rest(assent, 'many', 12);
    const query = { status: 'active', name: 'many' };
    const dry = await create({ query, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { outcome: 'dry_run', matching: 12 } });
    expect(dry.body.sample).toHaveLength(5);
    const { status, body } = await create({ query });
    expect(status).toBe(201);
    const id = String(body.id);
    await until('it has finished', async () => (await stateOf(assent, id)) === 'finished');
    expect(await countsOf(assent, id)).toMatchObject({ pending: 0, done: 12, failed: 0 });
    const { body: items } = await assent.get(`/v1/jobs/${id}/items`);
    expect((items.items as unknown as { gid: string; state: string }[]).map(({ gid }) => gid).toSorted()).toEqual(gids.toSorted());
    const { body: audited } = await assent.get(`/v1/transactions/${gids[0]}?include=audit`);
    expect(audited.audit).toMatchObject([{ action: 'abort', reason: expect.stringContaining(id) as unknown }]);
  });

  it('stops when one of the first five fails, and goes on when it is retried', async () => {
    await rest(assent, 'canaries', 8);
    const query = { name: 'canaries' };
    const { body } = await create({ action: 'edit-payload', parameters: { branch: 'stock', payload: {} }, query });
    const id = String(body.id);
    await until('it is stopped', async () => (await stateOf(assent, id)) === 'stopped');
    expect((await assent.get(`/v1/jobs/${id}`)).body).toMatchObject({
      cause: expect.stringMatching(/^canary_failed: .*: unknown_branch$/),
      counts: { failed: 1, pending: 7 },
    });
    expect((await assent.get(`/v1/jobs/${id}/items?state=failed`)).body.items).toMatchObject([{ code: 'unknown_branch' }]);
    expect((await assent.post(`/v1/jobs/${id}/stop`, { reason: 'x' })).body.code).toBe('job_not_running');
    expect((await assent.post(`/v1/jobs/${id}/retry`, { reason: 'once more' })).body).toMatchObject({
      state: 'canary',
      counts: { pending: 8 },
    });
    await until('it is stopped again', async () => (await stateOf(assent, id)) === 'stopped');
  });

  it('tries five of those that failed before the others of them when it is retried', async () => {
    const ended = await rest(assent, 'mixed', 7);
    await Promise.all(ended.map((gid) => assent.post(`/v1/transactions/${gid}/submit`, { branches: [] })));
    await rest(assent, 'mixed', 5);
    const { body } = await create({ query: { name: 'mixed' } });
    const id = String(body.id);
    await until('it has finished', async () => (await stateOf(assent, id)) === 'finished');
    expect(await countsOf(assent, id)).toMatchObject({ done: 5, failed: 7 });
    expect(await auditedOf(id)).toEqual([...Array(5).fill(['done', true]), ...Array(7).fill(['failed', true])]);
    expect((await assent.post(`/v1/jobs/${id}/retry`, { reason: 'once more' })).body.state).toBe('canary');
    await until('it is stopped', async () => (await stateOf(assent, id)) === 'stopped');
    expect((await assent.get(`/v1/jobs/${id}`)).body).toMatchObject({
      cause: expect.stringMatching(/^canary_failed: .*: already_committing$/),
      counts: { done: 5, failed: 1, pending: 6 },
    });
  });

  it('that was stopped before it had found everything finds the rest when it is retried', async () => {
    await rest(assent, 'unfound', 7);
    expect((await assent.post(`/v1/jobs/${unfound.id}/retry`, { reason: 'go on' })).body.state).toBe('collecting');
    await until('it has finished', async () => (await stateOf(assent, unfound.id)) === 'finished');
    expect((await assent.get(`/v1/jobs/${unfound.id}`)).body).toMatchObject({ total: 7, counts: { done: 7, pending: 0 } });
  });

  it('can be stopped, and keeps to its rate', async () => {
    await rest(assent, 'slow', 40);
    const { body } = await create({ query: { name: 'slow' }, perSecond: 5 });
    const id = String(body.id);
    await until('it is past its canary', async () => ((await countsOf(assent, id)).done ?? 0) > 6);
    expect((await assent.post(`/v1/jobs/${id}/stop`, { reason: 'too soon' })).body).toMatchObject({
      state: 'stopped',
      cause: 'stopped by local',
    });
    const { done = 0, pending = 0 } = await countsOf(assent, id);
    expect(done).toBeLessThan(30);
    expect(done + pending).toBe(40);
  });

  it('is tried again once, however many ask for it at once', async () => {
    const id = String((await create({ query: { name: 'of nothing' } })).body.id);
    await until('it has finished', async () => (await stateOf(assent, id)) === 'finished');
    const answers = await Promise.all(Array.from({ length: 8 }, () => assent.post(`/v1/jobs/${id}/retry`, { reason: 'go on' })));
    const retried = answers.filter(({ status }) => status === 200);
    const rows = (await assent.get('/v1/audit?limit=100')).body.items as unknown as { action: string; detail: { job?: string } }[];
    expect(rows.filter(({ action, detail }) => action === 'job-retry' && detail.job === id)).toHaveLength(retried.length);
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'job_running']));
  });

  it('is refused for what makes no sense', async () => {
    expect((await create({ query: {} })).body.code).toBe('invalid_request');
    expect((await create({ query: { status: 'asleep' } })).body.code).toBe('invalid_query');
    expect((await create({ query: { name: 'x' }, action: 'fly' })).body.code).toBe('invalid_request');
    expect((await create({ query: { name: 'x' }, parameters: { colour: 1 } })).body.pointer).toBe('/parameters/colour');
    const lacking = await create({ query: { name: 'x' }, action: 'change-policy' });
    expect(lacking.body).toMatchObject({ code: 'invalid_request', pointer: '/parameters', detail: '"/parameters" lacks "policy".' });
    const unknown = await create({ query: { name: 'x' }, action: 'change-policy', parameters: { policy: 'nobody' } });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'unknown_policy', pointer: '/parameters/policy' } });
    expect((await assent.get(`/v1/jobs/${uuidv7()}`)).body.code).toBe('job_not_found');
  });
});

describeOnMariadb('a job of a thousand transactions whose coordinator is killed in the middle', () => {
  it('is carried on by the next one, and each transaction is handled once', async () => {
    const ground = await Ground.onMariadb();
    const port = await freePort();
    const environment = { ...ground.environment, ASSENT_LOG_LEVEL: 'silent', ASSENT_LEASE_MS: '2000' };
    const first = CoordinatorProcess.spawn(ground.folder, port, environment);
    await first.ready();
    const gids = await rest(first, 'thousand', 1_000);
    const query = { name: 'thousand' };
    const { body } = await first.post('/v1/jobs', { action: 'pause', query, reason: 'a storm', perSecond: 1_000 });
    const id = String(body.id);
    await until('some are done', async () => ((await countsOf(first, id)).done ?? 0) > 200, 60_000);
    first.signal('SIGKILL');
    await first.ended;
    const second = CoordinatorProcess.spawn(ground.folder, port, environment);
    await second.ready();
    expect((await countsOf(second, id)).pending).toBeGreaterThan(0);
    await until('it has finished', async () => (await stateOf(second, id)) === 'finished', 90_000);
    expect(await countsOf(second, id)).toMatchObject({ pending: 0, done: 1_000, repeated: 0, failed: 0 });
    const ends = new Map<string, number>();
    for (const gid of gids) {
      const { body: shown } = await second.get(`/v1/transactions/${gid}?include=audit`);
      const end = `version ${shown.version}, paused ${shown.paused}, audited ${(shown.audit as unknown as unknown[]).length}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect([...ends]).toEqual([['version 2, paused true, audited 1', 1_000]]);
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
    await ground.clear();
  }, 240_000);
});
