/** Access control through whole coordinators and real HTTP: keys, whose transactions are whose, and what the audit says of it, on every database. */
import { randomUUID } from 'node:crypto';
import { AssentClient, AssentRequestError } from '@assent/client';
import { makeApiKey } from '../../apps/coordinator/src/access/index.js';
import { describeOnMariadb } from '../support/databases.js';
import { type Answer, send, type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase, Ground } from './support/databases.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const admin = makeApiKey();
const order = makeApiKey();
const billing = makeApiKey();
const viewer = makeApiKey();
const apiKeys = `root:admin=${admin},order:service=${order},billing:service=${billing},eye:viewer=${viewer}`;

const as = (key: string) => ({ authorization: `Bearer ${key}` });

describeOnMariadb('On MariaDB', () => {
  it('a key that one node makes or revokes counts, or counts no more, at the other within seconds', async () => {
    const ground = await Ground.onMariadb();
    const start = (name: string) => ground.start({ ASSENT_AUTH: 'on', ASSENT_API_KEYS: apiKeys, ASSENT_NODE_NAME: name });
    const [a, b] = [await start('a'), await start('b')];
    const made = await a.post('/v1/keys', { principal: 'ops', role: 'operator' }, as(admin));
    const me = (node: TestCoordinator) => send(node.url, 'GET', '/v1/me', undefined, as(String(made.body.key)));
    expect((await me(a)).status).toBe(200);
    await until('the other node knows the key', async () => (await me(b)).status === 200);
    expect((await b.post(`/v1/keys/${String(made.body.id)}/revoke`, { reason: 'left' }, as(admin))).status).toBe(200);
    expect((await me(b)).status).toBe(401);
    await until('the first node has forgotten the key', async () => (await me(a)).status === 401);
    // The secret of join tokens is the database's, so any node takes what any node has made.
    const { body } = await a.post('/v1/transactions', initiated(randomUUID()), as(order));
    const headers = { ...as(billing), 'assent-join-token': String(body.joinToken) };
    expect((await send(b.url, 'GET', `/v1/transactions/${String(body.gid)}`, undefined, headers)).status).toBe(200);
    await a.stop();
    await b.stop();
    await ground.clear();
  });
});

const initiated = (gid: string) => ({ gid, name: 'checkout', pattern: 'tcc', driver: 'initiator', branches: [] });

describeOnEveryDatabase('Access control', (ground) => {
  let participant: ScriptedParticipant;
  let assent: TestCoordinator;

  beforeAll(async () => {
    participant = await ScriptedParticipant.start();
    assent = await ground().start({
      ASSENT_PARTICIPANTS: `inventory=${participant.url}`,
      ASSENT_AUTH: 'on',
      ASSENT_API_KEYS: apiKeys,
    });
    participant.key = assent.key('inventory');
  });
  afterAll(async () => {
    await assent.stop();
    await participant.stop();
  });

  const get = (path: string, key: string, headers = {}) => send(assent.url, 'GET', path, undefined, { ...as(key), ...headers });
  const post = (path: string, body: object, key: string, headers = {}) => assent.post(path, body, { ...as(key), ...headers });
  /** An answer without what differs by gid. */
  const alike = ({ status, body }: Answer, gid: string) => [status, JSON.stringify(body).replaceAll(gid, 'GID')];

  it("another service's gid is answered like one that does not exist, by every route", async () => {
    const [theirs, nobodys] = [randomUUID(), randomUUID()];
    expect((await post('/v1/transactions', initiated(theirs), order)).status).toBe(202);
    const branch = { id: 'a', contract: 'inventory.reserve', run: 'coordinator', payload: {} };
    const tries: ((gid: string) => Promise<Answer>)[] = [
      (gid) => get(`/v1/transactions/${gid}`, billing),
      (gid) => get(`/v1/transactions/${gid}?include=audit`, billing),
      (gid) => get(`/v1/transactions/${gid}/wait?timeoutMs=0`, billing),
      (gid) => get(`/v1/transactions/${gid}/timeline`, billing),
      (gid) => get(`/v1/transactions/${gid}`, billing, { 'assent-join-token': 'A'.repeat(43) }),
      (gid) => post(`/v1/transactions/${gid}/branches`, branch, billing),
      (gid) => post(`/v1/transactions/${gid}/submit`, { branches: [] }, billing),
      (gid) => post(`/v1/transactions/${gid}/abort`, {}, billing),
    ];
    for (const ask of tries) {
      const answer = await ask(theirs);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      expect(alike(answer, theirs)).toEqual(alike(await ask(nobodys), nobodys));
    }
    expect((await get(`/v1/transactions/${theirs}`, order)).body.status).toBe('active');
    expect((await get(`/v1/transactions/${theirs}`, viewer)).status).toBe(200);
  });

  it('a gid cannot be taken over: the same begin by another service is a conflict, and shows nothing', async () => {
    const gid = randomUUID();
    await post('/v1/transactions', initiated(gid), order);
    const repeated = await post('/v1/transactions', initiated(gid), billing);
    expect([repeated.status, repeated.body.code, repeated.body.transaction]).toEqual([409, 'gid_conflict', undefined]);
    expect((await post('/v1/transactions', initiated(gid), order)).status).toBe(200);
  });

  it('a service lists and counts its own transactions only, a viewer all of them', async () => {
    const gid = randomUUID();
    await post('/v1/transactions', { ...initiated(gid), name: 'listed' }, order);
    const list = async (key: string) => JSON.stringify((await get('/v1/transactions?name=listed', key)).body);
    expect(await list(order)).toContain(gid);
    expect(await list(viewer)).toContain(gid);
    const foreign = await get('/v1/transactions?name=listed', billing);
    expect(foreign.body).toMatchObject({ items: [], counts: { matching: 0, attention: [] } });
  });

  it('a search tells a service nothing of what is not its own: not that it was looked at, and not where the look ended', async () => {
    const [gid, key] = [randomUUID(), randomUUID()];
    await post('/v1/transactions', { ...initiated(gid), key }, order);
    const search = async (query: string) => {
      const { body } = await get(`/v1/transactions?${query}`, billing);
      return JSON.stringify({ ...body, asOf: '', counts: { ...(body.counts as unknown as object), asOf: '' } });
    };
    expect(await search(`key=${key}`)).toBe(await search(`key=${randomUUID()}`));
    expect(await search('createdBy=order')).toBe(await search('createdBy=nobody'));

    for (let n = 0; n < 2; n += 1) await post('/v1/transactions', { ...initiated(randomUUID()), name: 'paged' }, order);
    const first = (await get('/v1/transactions?name=paged&limit=1', order)).body as unknown as { next: string; items: { gid: string }[] };
    expect(Buffer.from(first.next, 'base64url').toString('latin1')).not.toContain(first.items[0]?.gid ?? '');
    const second = (await get(`/v1/transactions?name=paged&limit=1&cursor=${first.next}`, order)).body as unknown as typeof first;
    expect(second.items).toHaveLength(1);
    expect(second.items[0]?.gid).not.toBe(first.items[0]?.gid);
    // Nor can it make one, to ask from where it likes.
    const made = Buffer.from(`${Date.now()} ${gid}`).toString('base64url');
    expect((await get(`/v1/transactions?cursor=${made}`, billing)).body.code).toBe('invalid_query');
    expect((await get(`/v1/transactions?cursor=${first.next.slice(0, -2)}AA`, billing)).body.code).toBe('invalid_query');
  });

  it('a service joins by the token that came with the gid, and by no other', async () => {
    const [gid, other] = [randomUUID(), randomUUID()];
    const begun = await post('/v1/transactions', initiated(gid), order);
    const { joinToken: tokenOfOther } = (await post('/v1/transactions', initiated(other), order)).body;
    const join = (token: unknown) => get(`/v1/transactions/${gid}`, billing, { 'assent-join-token': String(token) });
    expect((await join(tokenOfOther)).status).toBe(404);
    expect((await join(begun.body.joinToken)).status).toBe(200);
    const client = new AssentClient({ baseUrl: assent.url, key: billing });
    const joining = client.joining(String(begun.body.joinToken));
    const branch = await joining.register(gid, { id: 'stock', contract: 'inventory.reserve', payload: {}, run: 'coordinator' });
    expect(branch.forward?.outcome).toBe('succeeded');
    await client.close();
  });

  it('the client library sends its key, and says so when it does not count', async () => {
    const client = new AssentClient({ baseUrl: assent.url, key: order });
    const { status } = await client.saga('checkout').step('inventory.deduct', {}).run({ wait: 'final' });
    expect(status).toBe('committed');
    await client.close();
    const stranger = new AssentClient({ baseUrl: assent.url, key: makeApiKey() });
    await expect(stranger.saga('checkout').step('inventory.deduct', {}).run({})).rejects.toMatchObject({
      name: AssentRequestError.name,
      code: 'invalid_credentials',
    });
    await stranger.close();
  });

  it('a key is made by an admin, shown once, counts until it expires or is revoked, and is never shown again', async () => {
    const made = await post('/v1/keys', { principal: 'night-shift', role: 'operator' }, admin);
    expect([made.status, made.body.key]).toEqual([201, expect.stringMatching(/^assent_[A-Za-z0-9_-]{43}$/)]);
    const key = String(made.body.key);
    expect((await get('/v1/me', key)).body).toEqual({ name: 'night-shift', role: 'operator' });
    expect((await send(assent.url, 'GET', '/v1/me', undefined, { 'x-api-key': key })).status).toBe(200);
    const listed = JSON.stringify((await get('/v1/keys', admin)).body);
    expect(listed).toContain(String(made.body.id));
    expect(listed).not.toContain(key);
    expect(listed).not.toContain('hash');
    expect((await post('/v1/keys', { principal: 'night-shift', role: 'admin' }, admin)).body.code).toBe('principal_conflict');
    expect((await post('/v1/keys', { principal: 'root', role: 'admin' }, admin)).body.code).toBe('principal_conflict');
    expect((await post(`/v1/keys/${String(made.body.id)}/revoke`, { reason: 'lost' }, admin)).body.revokedBy).toBe('root');
    expect((await get('/v1/me', key)).body.code).toBe('invalid_credentials');
    const past = await post('/v1/keys', { principal: 'late', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, admin);
    expect((await get('/v1/me', String(past.body.key))).status).toBe(401);
    const refused = async (body: object) => (await post('/v1/keys', { principal: 'late', role: 'viewer', ...body }, admin)).body;
    for (const principal of ['é', 'local'])
      expect(await refused({ principal })).toMatchObject({
        code: 'invalid_request',
        detail: expect.stringContaining('must be 1 to 64 of letters'),
      });
    for (const expiresAt of ['2031-02-31T00:00:00Z', 'tomorrow'])
      expect(await refused({ expiresAt })).toMatchObject({ code: 'invalid_request', pointer: '/expiresAt' });
    expect((await get('/v1/audit?from=2026-02-30T00:00:00Z', admin)).body.code).toBe('invalid_query');
    expect((await post('/v1/keys/nothing/revoke', { reason: 'x' }, admin)).body.code).toBe('key_not_found');
  });

  it('what was changed and who was refused is in the audit, and its chain holds', async () => {
    const made = await post('/v1/keys', { principal: 'auditor', role: 'viewer' }, admin);
    const gid = randomUUID();
    await post(`/v1/transactions/${gid}/abort`, {}, viewer);
    await send(assent.url, 'GET', '/v1/keys', undefined, {});
    const actions = async () => {
      const { items } = (await get('/v1/audit?limit=50', viewer)).body as unknown as { items: Record<string, unknown>[] };
      return items;
    };
    await until('the refusals are written', async () => (await actions()).filter(({ action }) => action === 'refused').length >= 2);
    const rows = await actions();
    expect(rows).toContainEqual(
      expect.objectContaining({ principal: 'root', action: 'key_made', detail: expect.objectContaining({ key: made.body.id }) }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ principal: 'eye', action: 'refused', reason: 'forbidden', gid }));
    expect(rows).toContainEqual(expect.objectContaining({ principal: 'unknown', action: 'refused', reason: 'unauthenticated', gid: null }));
    expect(JSON.stringify(rows)).not.toContain(String(made.body.key));
    // Also what an admin may do in general, but not so; and the hand of a service on what is another's.
    expect((await post('/v1/keys', { principal: 'auditor', role: 'admin' }, admin)).status).toBe(409);
    await post('/v1/escalation-rules', { name: 'a', kind: 'parked', severity: 'info', url: 'http://169.254.169.254/' }, admin);
    const theirs = randomUUID();
    await post('/v1/transactions', initiated(theirs), order);
    await post(`/v1/transactions/${theirs}/abort`, {}, billing);
    const nobodys = randomUUID();
    await get(`/v1/transactions/${nobodys}`, billing);
    const refusal = (principal: string, reason: string, more = {}) =>
      expect.objectContaining({ principal, action: 'refused', reason, ...more });
    await until('these are written', async () => JSON.stringify(await actions()).includes(theirs));
    const told = await actions();
    expect(told).toContainEqual(refusal('root', 'principal_conflict'));
    expect(told).toContainEqual(refusal('root', 'webhook_not_allowed'));
    expect(told.filter(({ gid }) => gid === theirs || gid === nobodys)).toEqual([refusal('billing', 'not_found', { gid: theirs })]);
    const report = await get('/v1/audit/verify', admin);
    expect(report.body).toMatchObject({ holds: true, broken: null, foreign: [], unchained: 0 });
    expect((await get('/v1/audit/head', viewer)).body).toEqual({ head: report.body.head });
  });

  it('an id that no table could hold is that of nothing, in every alphabet', async () => {
    const nothing = 'n%C3%A9ant';
    for (const path of [`/v1/approvals/${nothing}`, `/v1/jobs/${nothing}`]) expect((await get(path, admin)).status).toBe(404);
    for (const path of ['approvals?after', 'alerts?after', 'keys?after', 'audit?before', 'jobs?before'])
      expect((await get(`/v1/${path}=${nothing}`, admin)).body.code).toBe('invalid_query');
    for (const list of [`alerts/${nothing}/deliveries`, `escalation-rules/${nothing}/deliveries`])
      expect((await get(`/v1/${list}`, admin)).body.items).toEqual([]);
    const ask = async (path: string, body: object) => (await post(`/v1/${path}`, body, admin)).status;
    for (const path of ['approvals/X/approve', 'approvals/X/reject', 'alerts/X/acknowledge'])
      expect(await ask(path.replace('X', nothing), { comment: 'x' })).toBe(404);
    for (const path of ['keys/X/revoke', 'escalation-rules/X/remove', 'approval-rules/X/X/remove', 'jobs/X/stop', 'jobs/X/retry'])
      expect(await ask(path.replaceAll('X', nothing), { reason: 'x' })).toBe(404);
  });

  it('credentials must be given once, and in one way', async () => {
    const both = await send(assent.url, 'GET', '/v1/me', undefined, { ...as(order), 'x-api-key': order });
    expect([both.status, both.headers['www-authenticate']]).toEqual([401, 'Bearer realm="assent", error="invalid_request"']);
    for (const authorization of [
      '',
      'Basic YTpi',
      'Bearer',
      `Token ${order}`,
      `Bearer ${order.slice(0, -1)}`,
      `Bearer ${'x'.repeat(9_000)}`,
    ]) {
      expect((await send(assent.url, 'GET', '/v1/me', undefined, { authorization })).status).toBe(401);
    }
  });
});
