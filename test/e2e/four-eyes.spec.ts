/** Four eyes through a whole coordinator: an action that a rule holds back is done when somebody else agrees, and the audit has both names. */
import { randomUUID } from 'node:crypto';
import { makeApiKey } from '../../apps/coordinator/src/access/index.js';
import { send, type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';

const keys = { root: makeApiKey(), ada: makeApiKey(), ben: makeApiKey(), order: makeApiKey() };

describeOnEveryDatabase('An action that needs a second person', (ground) => {
  let assent: TestCoordinator;

  beforeAll(async () => {
    assent = await ground().start({
      ASSENT_AUTH: 'on',
      ASSENT_API_KEYS: `root:admin=${keys.root},ada:operator=${keys.ada},ben:operator=${keys.ben},order:service=${keys.order}`,
    });
    const rule = { action: 'pause', role: 'operator', ttlMs: 60_000 };
    expect((await post('/v1/approval-rules', rule, 'root')).body).toMatchObject({ items: [expect.objectContaining(rule)] });
  });
  afterAll(async () => {
    await assent.stop();
  });

  const post = (path: string, body: object, who: keyof typeof keys) => assent.post(path, body, { 'x-api-key': keys[who] });
  const get = (path: string, who: keyof typeof keys) => send(assent.url, 'GET', path, undefined, { 'x-api-key': keys[who] });

  async function begun(): Promise<string> {
    const gid = randomUUID();
    await post('/v1/transactions', { gid, name: 'gift', pattern: 'tcc', driver: 'initiator', branches: [] }, 'order');
    return gid;
  }

  const ask = async (gid: string) => post(`/v1/transactions/${gid}/actions/pause`, { reason: 'the bank calls' }, 'ada');

  it('is done once somebody else has agreed, and both are in the audit of the transaction', async () => {
    const gid = await begun();
    const asked = await ask(gid);
    expect([asked.status, asked.body.outcome]).toEqual([202, 'approval_requested']);
    const approval = `/v1/approvals/${String(asked.body.approval)}`;
    expect((await get(`/v1/transactions/${gid}`, 'ben')).body.paused).toBe(false);

    const own = await post(`${approval}/approve`, { comment: 'it is fine' }, 'ada');
    expect([own.status, own.body.code]).toEqual([403, 'own_request']);

    const shown = await get(approval, 'ben');
    expect(shown.body).toMatchObject({ gid, action: 'pause', requestedBy: 'ada', state: 'pending', now: { preview: expect.anything() } });
    const approved = await post(`${approval}/approve`, { comment: 'I have called back' }, 'ben');
    expect([approved.status, approved.body.state, approved.body.decidedBy]).toEqual([200, 'approved', 'ben']);
    expect((await get(`/v1/transactions/${gid}`, 'ben')).body.paused).toBe(true);

    const audit = JSON.stringify((await get(`/v1/audit?gid=${gid}`, 'ben')).body);
    expect(audit).toContain('"requestedBy":"ada","approvedBy":"ben"');
    expect((await post(`${approval}/approve`, { comment: 'again' }, 'root')).body.code).toBe('approval_not_pending');
  });

  it('is asked for once under one key, however often the request is repeated', async () => {
    const gid = await begun();
    const headers = { 'x-api-key': keys.ada, 'idempotency-key': randomUUID() };
    const again = () => assent.post(`/v1/transactions/${gid}/actions/pause`, { reason: 'the bank calls' }, headers);
    const first = await again();
    expect(await again()).toMatchObject({ status: 202, body: first.body });
    const other = await assent.post(`/v1/transactions/${gid}/actions/pause`, { reason: 'another' }, headers);
    expect(other.body.code).toBe('idempotency_conflict');
    const { items } = (await get('/v1/approvals?state=pending', 'ben')).body as unknown as { items: { gid: string }[] };
    expect(items.filter((item) => item.gid === gid)).toHaveLength(1);
  });

  it('is not done by the other way to abort, which belongs to whoever began the transaction', async () => {
    await post('/v1/approval-rules', { action: 'abort', role: 'operator' }, 'root');
    const gid = await begun();
    const refused = await post(`/v1/transactions/${gid}/abort`, { reason: 'now' }, 'ada');
    expect([refused.status, refused.body.code]).toEqual([409, 'abort_needs_approval']);
    expect((await get(`/v1/transactions/${gid}`, 'ben')).body.status).toBe('active');
    const rows = async () => (await get(`/v1/audit?gid=${gid}`, 'ben')).body.items as unknown as { detail: object }[];
    expect(await rows()).toMatchObject([
      { principal: 'ada', action: 'abort', detail: { outcome: 'refused', code: 'abort_needs_approval' } },
    ]);
    // Of an admin no rule speaks: it is done, and told.
    const { status, body } = await post(`/v1/transactions/${gid}/abort`, { reason: 'the customer called', wait: 'final' }, 'root');
    expect([status, body.status]).toEqual([200, 'aborted']);
    const [done] = await rows();
    expect(done).toMatchObject({ principal: 'root', action: 'abort', reason: 'the customer called', detail: { outcome: 'done' } });
    // A service's own is its command, and nobody else's business.
    const own = await begun();
    expect((await post(`/v1/transactions/${own}/abort`, {}, 'order')).status).toBe(200);
    expect((await get(`/v1/audit?gid=${own}`, 'ben')).body.items).toEqual([]);
    expect((await post(`/v1/transactions/${randomUUID()}/abort`, {}, 'ada')).body.code).toBe('not_found');
    await post('/v1/approval-rules/abort/operator/remove', { reason: 'tested' }, 'root');
  });

  it('is not done by a job that is older than the rule', async () => {
    const name = randomUUID();
    await post('/v1/transactions', { gid: randomUUID(), name, pattern: 'tcc', driver: 'initiator', branches: [] }, 'order');
    const job = { action: 'edit-payload', parameters: { branch: 'none', payload: {} }, reason: 'wrong', query: { name } };
    const { body } = await post('/v1/jobs', job, 'ada');
    const path = `/v1/jobs/${String(body.id)}`;
    await until('its one item has failed', async () => ['stopped', 'finished'].includes(String((await get(path, 'ada')).body.state)));
    await post('/v1/approval-rules', { action: 'edit-payload', role: 'operator' }, 'root');
    const retried = await post(`${path}/retry`, { reason: 'again' }, 'ada');
    expect([retried.status, retried.body.code]).toEqual([409, 'job_needs_approval']);
    await post('/v1/approval-rules/edit-payload/operator/remove', { reason: 'tested' }, 'root');
  });

  it('is named by a rule as it is called, so that a typing error protects nobody unnoticed', async () => {
    const { status, body } = await post('/v1/approval-rules', { action: 'resolv', role: 'operator' }, 'root');
    expect([status, body.code, body.pointer]).toEqual([422, 'invalid_request', '/action']);
  });

  it('is not done when somebody says no, and not by an admin of whom no rule speaks', async () => {
    const gid = await begun();
    const { body } = await ask(gid);
    expect((await post(`/v1/approvals/${String(body.approval)}/reject`, { comment: 'no' }, 'ben')).body.state).toBe('rejected');
    expect((await get(`/v1/transactions/${gid}`, 'ben')).body.paused).toBe(false);
    expect((await post(`/v1/transactions/${gid}/actions/pause`, { reason: 'now' }, 'root')).status).toBe(200);
    expect((await get(`/v1/transactions/${gid}`, 'ben')).body.paused).toBe(true);
  });

  it('is not done when the transaction has moved on meanwhile', async () => {
    const gid = await begun();
    const { body } = await ask(gid);
    await post(`/v1/transactions/${gid}/abort`, { wait: 'final' }, 'order');
    const late = await post(`/v1/approvals/${String(body.approval)}/approve`, { comment: 'yes' }, 'ben');
    expect(late.status).toBe(409);
    expect((await get(`/v1/approvals/${String(body.approval)}`, 'ben')).body).toMatchObject({
      state: 'pending',
      now: { problem: { code: late.body.code } },
    });
  });
});
