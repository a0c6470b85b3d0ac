/** Four eyes through a whole coordinator: an action that a rule holds back is done when somebody else agrees, and the audit has both names. */
import { randomUUID } from 'node:crypto';
import { makeApiKey } from '../../apps/coordinator/src/access/index.js';
import { send, type TestCoordinator } from './support/coordinators.js';
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
