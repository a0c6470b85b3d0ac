/** The command table of DESIGN 4.9 and the shapes of REST v1, through a whole coordinator and real HTTP participants, on every database. */
import { randomUUID } from 'node:crypto';
import { type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';

describeOnEveryDatabase('The command table', (ground) => {
  let participant: ScriptedParticipant;
  let assent: TestCoordinator;

  beforeAll(async () => {
    participant = await ScriptedParticipant.start();
    const { url } = participant;
    assent = await ground().start({
      ASSENT_PARTICIPANTS: `inventory=${url},payment=${url},shipping=${url}`,
      ASSENT_PARTICIPANT_KEYS: ['inventory', 'payment', 'shipping'].map((name) => `${name}=${KEY}`).join(','),
      ASSENT_ALLOWED_ORIGINS: url,
      ASSENT_ORIGIN_KEYS: `${url}=${KEY}`,
    });
    participant.key = KEY;
  });
  afterAll(async () => {
    await assent.stop();
    await participant.stop();
  });
  beforeEach(() => participant.reset());

  const begin = (body: object) => assent.post('/v1/transactions', body);
  const saga = (gid: string, ...steps: object[]) => ({ gid, name: 'checkout', pattern: 'saga', key: 'order-77', branches: steps });
  const stock = { id: 'stock', contract: 'inventory.deduct', payload: { lines: [{ sku: 'tea', quantity: 2 }] } };
  const charge = { id: 'charge', contract: 'payment.charge', payload: { account: 'a1', amount: 1200 } };

  it('a saga of which all steps succeed is committed', async () => {
    const gid = randomUUID();
    participant.on('payment.charge', 'action', () => ({ status: 200, body: { receipt: 17 } }));
    const { status, headers, body } = await begin({ ...saga(gid, stock, charge), wait: 'final' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      gid,
      name: 'checkout',
      pattern: 'saga',
      driver: 'coordinator',
      policy: { name: 'standard', version: 1 },
      status: 'committed',
      key: 'order-77',
      mixed: false,
      paused: false,
      decision: { kind: 'commit', at: expect.stringMatching(ISO) },
      branches: [
        {
          id: 'stock',
          contract: 'inventory.deduct',
          forward: { op: 'action', outcome: 'succeeded', attempts: 1, result: {} },
          attention: 'none',
        },
        { id: 'charge', contract: 'payment.charge', forward: { op: 'action', outcome: 'succeeded', attempts: 1, result: { receipt: 17 } } },
      ],
      links: { self: `/v1/transactions/${gid}`, wait: `/v1/transactions/${gid}/wait` },
    });
    expect(body.finishedAt).toMatch(ISO);
    expect(headers.etag).toBe(`"${String(body.version)}"`);
    expect(participant.calls.map(({ path, body: sent }) => [path, sent])).toEqual([
      ['/assent/inventory.deduct/action', '{"lines":[{"sku":"tea","quantity":2}]}'],
      ['/assent/payment.charge/action', '{"account":"a1","amount":1200}'],
    ]);
    // When a plain commit was decided is not stored: a read shows when it was finished.
    const { decision: _decision, finishedAt: _finishedAt, ...read } = (await assent.get(`/v1/transactions/${gid}`)).body;
    expect(body).toMatchObject(read);
  });

  it('a refused step undoes the steps before it, and says why', async () => {
    const gid = randomUUID();
    participant.on('payment.charge', 'action', () => refusal('INSUFFICIENT_FUNDS', 'balance 12.00, asked for 40.00'));
    const { status, body } = await begin({ ...saga(gid, stock, charge), wait: 'final' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'aborted',
      decision: { kind: 'abort', reason: { branch: 'charge', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' } },
      branches: [{ end: { op: 'compensate', outcome: 'succeeded', attempts: 1 } }, { forward: { outcome: 'rejected' } }],
    });
    expect(participant.heard(gid).at(-1)).toBe('inventory.deduct compensate');
  });

  it('a begin is repeated with the same content, and refused with other content', async () => {
    const gid = randomUUID();
    const first = await begin(saga(gid, stock));
    expect(first.status).toBe(202);
    await assent.get(`/v1/transactions/${gid}/wait`);
    const repeated = await begin({ ...saga(gid, stock), wait: 'final', timeoutMs: 2_000 });
    expect([repeated.status, repeated.body.status]).toEqual([200, 'committed']);
    const other = await begin({ ...saga(gid, stock), name: 'other' });
    expect([other.status, other.body.code, other.body.gid]).toEqual([409, 'gid_conflict', gid]);
    expect(participant.heard(gid)).toEqual(['inventory.deduct action']);
  });

  it('begins of one gid that arrive at once are one transaction', async () => {
    const gid = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => begin({ ...saga(gid, stock), name: i < 10 ? 'a' : 'b' })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(9);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
    await assent.get(`/v1/transactions/${gid}/wait`);
    expect(participant.heard(gid)).toEqual(['inventory.deduct action']);
  });

  it('a wait that runs out answers 202 with the transaction as it stands', async () => {
    const gid = randomUUID();
    const held = deferred();
    participant.on('inventory.deduct', 'action', () => ({ status: 204, after: held.promise }));
    const begun = await begin({ ...saga(gid, stock), wait: 'final', timeoutMs: 50 });
    expect([begun.status, begun.body.status]).toEqual([202, 'active']);
    const waited = await assent.get(`/v1/transactions/${gid}/wait?until=decided&timeoutMs=50`);
    expect([waited.status, waited.body.status]).toEqual([202, 'active']);
    held.resolve();
    const ended = await assent.get(`/v1/transactions/${gid}/wait?until=final`);
    expect([ended.status, ended.body.status]).toEqual([200, 'committed']);
  });

  it('a pivot cannot be overruled once it may have been sent', async () => {
    const gid = randomUUID();
    const held = deferred();
    participant.on('shipping.handOver', 'action', () => ({ status: 204, after: held.promise }));
    await begin(saga(gid, stock, { id: 'ship', contract: 'shipping.handOver', pivot: true }));
    await until('the pivot has been called', () => participant.heard(gid).includes('shipping.handOver action'));
    const refused = await assent.post(`/v1/transactions/${gid}/abort`, { reason: 'too late' });
    expect([refused.status, refused.body.code]).toEqual([409, 'past_pivot']);
    expect(refused.body.transaction).toMatchObject({ gid, status: 'active' });
    held.resolve();
    const ended = await assent.get(`/v1/transactions/${gid}/wait`);
    expect(ended.body.status).toBe('committed');
    const late = await assent.post(`/v1/transactions/${gid}/abort`, {});
    expect([late.status, late.body.code]).toEqual([409, 'already_committing']);
  });

  it('an abort undoes what ran, and is repeatable', async () => {
    const gid = randomUUID();
    const held = deferred();
    participant.on('payment.charge', 'action', () => ({ status: 204, after: held.promise }));
    await begin(saga(gid, stock, charge));
    await until('the second step has been called', () => participant.heard(gid).includes('payment.charge action'));
    const aborted = await assent.post(`/v1/transactions/${gid}/abort`, { reason: 'changed my mind' });
    expect([aborted.status, aborted.body.status]).toEqual([200, 'aborting']);
    expect(aborted.body.decision).toMatchObject({ kind: 'abort', reason: { code: 'aborted_by_request', message: 'changed my mind' } });
    held.resolve();
    const again = await assent.post(`/v1/transactions/${gid}/abort`, { wait: 'final' });
    expect([again.status, again.body.status]).toEqual([200, 'aborted']);
    expect(participant.heard(gid).slice(2)).toEqual(['payment.charge compensate', 'inventory.deduct compensate']);
  });

  it('free URLs are called where their origin is allowed', async () => {
    const gid = randomUUID();
    const { url } = participant;
    const mail = { id: 'mail', urls: { action: `${url}/send?to=me` }, compensate: 'none' };
    const { status, body } = await begin({ ...saga(gid, stock, mail), wait: 'final' });
    expect([status, body.status]).toEqual([200, 'committed']);
    expect(participant.calls.at(-1)).toMatchObject({ contract: null, branch: 'mail', path: '/send?to=me', body: '{}' });
    const refused = await begin(saga(randomUUID(), { ...mail, urls: { action: 'http://127.0.0.1:1/send' } }));
    expect([refused.status, refused.body.code, refused.body.pointer]).toEqual([422, 'url_not_allowed', '/branches/0/urls/action']);
  });

  it('a step behind the pivot is delivered to its action URL, and is never undone', async () => {
    const gid = randomUUID();
    const ship = { id: 'ship', contract: 'shipping.handOver', pivot: true };
    const mail = { id: 'mail', urls: { action: `${participant.url}/send` }, compensate: 'none', after: ['ship'], payload: { order: '77' } };
    const { body } = await begin({ ...saga(gid, stock, ship, mail), wait: 'final' });
    expect(body.status).toBe('committed');
    expect(participant.calls.filter((call) => call.gid === gid).map(({ branch, op, path }) => [branch, op, path])).toEqual([
      ['stock', 'action', '/assent/inventory.deduct/action'],
      ['ship', 'action', '/assent/shipping.handOver/action'],
      ['mail', 'deliver', '/send'],
    ]);
  });

  describe('driven by its initiator', () => {
    const open = async (gid: string) => begin({ gid, pattern: 'tcc', driver: 'initiator', branches: [] });
    const register = (gid: string, body: object) => assent.post(`/v1/transactions/${gid}/branches`, body);
    const reserve = { contract: 'inventory.reserve', payload: { sku: 'tea' }, run: 'coordinator' };

    it('branches are tried one by one, and a submit confirms them', async () => {
      const gid = randomUUID();
      expect((await open(gid)).status).toBe(202);
      const first = await register(gid, reserve);
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({
        gid,
        branch: { id: 'inventory.reserve', forward: { op: 'try', outcome: 'succeeded', attempts: 1 } },
      });
      expect((await register(gid, reserve)).status).toBe(200);
      const other = await register(gid, { ...reserve, payload: {} });
      expect([other.status, other.body.code]).toEqual([409, 'content_differs']);
      expect((await register(gid, { id: 'own', contract: 'payment.freeze', run: 'self' })).status).toBe(201);
      const differs = await assent.post(`/v1/transactions/${gid}/submit`, { branches: ['inventory.reserve'] });
      expect([differs.status, differs.body.code]).toEqual([409, 'branches_differ']);
      const submitted = await assent.post(`/v1/transactions/${gid}/submit`, { branches: ['own', 'inventory.reserve'] });
      expect(submitted.status).toBe(200);
      const ended = await assent.post(`/v1/transactions/${gid}/submit`, { branches: ['own', 'inventory.reserve'], wait: 'final' });
      expect([ended.status, ended.body.status]).toEqual([200, 'committed']);
      expect(participant.heard(gid).sort()).toEqual(['inventory.reserve confirm', 'inventory.reserve try', 'payment.freeze confirm']);
      const late = await register(gid, { ...reserve, id: 'late' });
      expect([late.status, late.body.code]).toEqual([409, 'already_decided']);
    });

    it('an abort cancels whatever was registered, whoever ran its try; a submit then is told the outcome', async () => {
      const gid = randomUUID();
      await open(gid);
      await register(gid, reserve);
      await register(gid, { id: 'own', contract: 'payment.freeze', run: 'self' });
      const aborted = await assent.post(`/v1/transactions/${gid}/abort`, { reason: { code: 'CHANGED', message: 'no' }, wait: 'final' });
      expect([aborted.status, aborted.body.status]).toEqual([200, 'aborted']);
      expect(participant.heard(gid).sort()).toEqual(['inventory.reserve cancel', 'inventory.reserve try', 'payment.freeze cancel']);
      const late = await assent.post(`/v1/transactions/${gid}/submit`, { branches: ['own', 'inventory.reserve'] });
      expect([late.status, late.body.code]).toEqual([409, 'already_aborting']);
      expect(late.body.transaction).toMatchObject({ status: 'aborted', decision: { reason: { code: 'CHANGED' } } });
    });

    it('register and submit are refused for a transaction that the coordinator drives', async () => {
      const gid = randomUUID();
      const held = deferred();
      participant.on('inventory.deduct', 'action', () => ({ status: 204, after: held.promise }));
      await begin(saga(gid, stock));
      const answers = [await register(gid, reserve), await assent.post(`/v1/transactions/${gid}/submit`, { branches: ['stock'] })];
      held.resolve();
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
        [409, 'coordinator_driven'],
        [409, 'coordinator_driven'],
      ]);
    });
  });

  it('a gid nobody began is not found, by any route', async () => {
    const gid = randomUUID();
    const answers = [
      await assent.get(`/v1/transactions/${gid}`),
      await assent.get(`/v1/transactions/${gid}/wait?timeoutMs=100`),
      await assent.post(`/v1/transactions/${gid}/abort`, {}),
      await assent.post(`/v1/transactions/${gid}/submit`, { branches: [] }),
      await assent.post(`/v1/transactions/${gid}/branches`, stock),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']));
  });

  it('a policy may be named with its version, and one that does not exist is refused', async () => {
    const named = await begin({ ...saga(randomUUID(), stock), policy: { name: 'flash-sale', version: 1 }, wait: 'final' });
    expect(named.body).toMatchObject({ status: 'committed', policy: { name: 'flash-sale', version: 1 } });
    for (const policy of [{ name: 'flash-sale', version: 2 }, 'hasty']) {
      const refused = await begin({ ...saga(randomUUID(), stock), policy });
      expect([refused.status, refused.body.code]).toEqual([422, 'unknown_policy']);
    }
  });

  it('metrics tell what happened, without a gid', async () => {
    const { status, body } = await assent.get('/metrics');
    expect(status).toBe(200);
    expect(body.text).toMatch(/assent_transactions_finished_total\{pattern="saga",outcome="committed"\} [1-9]/);
    expect(body.text).toMatch(/assent_ready 1/);
  });
});

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const KEY = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
