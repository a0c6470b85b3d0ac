/** Moving transactions by hand over HTTP: what is legal, what it does, who is told, and that a repeated request does nothing twice. */
import { v7 as uuidv7 } from 'uuid';
import { type Answer, type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

describeOnEveryDatabase('an operator', (ground) => {
  let shop: ScriptedParticipant;
  let assent: TestCoordinator;

  beforeAll(async () => {
    shop = await ScriptedParticipant.start();
    assent = await ground().start({ ASSENT_PARTICIPANTS: `inventory=${shop.url}` });
    shop.key = assent.key('inventory');
    const brief = { name: 'brief', reason: 'tests', deadlineMs: null, forwardAttempts: 1, endAttempts: 1, onExhausted: 'park' };
    expect((await assent.post('/v1/policies', brief)).status).toBe(201);
  });
  afterAll(async () => {
    await assent.stop();
    await shop.stop();
  });
  beforeEach(() => shop.reset());

  const get = (gid: string, more = '') => assent.get(`/v1/transactions/${gid}${more}`);
  const act = (gid: string, name: string, body: object, headers: Record<string, string> = {}) =>
    assent.post(`/v1/transactions/${gid}/actions/${name}`, { reason: 'to see', ...body }, headers);
  const auditOf = async (gid: string) => {
    const { body } = await get(gid, '?include=audit');
    return (body.audit as unknown as { action: string; reason: string; detail: { outcome: string; code?: string } }[]).map(
      ({ action, detail }) => `${action} ${detail.outcome}${detail.code === undefined ? '' : ` ${detail.code}`}`,
    );
  };

  /** A saga of one step that is parked: its participant answered 500. */
  async function parked(more: object = {}): Promise<string> {
    const gid = uuidv7();
    shop.on('inventory.deduct', 'action', () => ({ status: 500 }));
    const branches = [{ id: 'stock', contract: 'inventory.deduct', payload: { n: 1 } }];
    await assent.post('/v1/transactions', { gid, name: 'checkout', pattern: 'saga', policy: 'brief', branches, ...more });
    await until('it is parked', async () => JSON.stringify((await get(gid)).body.branches).includes('"parked"'));
    shop.on('inventory.deduct', 'action', () => ({ status: 204 }));
    return gid;
  }

  const settled = (gid: string) => assent.get(`/v1/transactions/${gid}/wait?until=final`);
  const legal = ({ body }: Answer) =>
    (body.actions as unknown as { name: string; legal: boolean }[]).filter((one) => one.legal).map(({ name }) => name);

  it('sees what may be done, with consequence, undo and role, and why not what may not', async () => {
    const gid = await parked();
    const answer = await get(gid, '/actions');
    expect(legal(answer)).toEqual(['retry', 'pause', 'abort', 'change-policy', 'resolve']);
    expect(answer.body.actions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'resolve', targets: [{ branch: 'stock', op: 'action' }], roles: ['operator', 'admin'] }),
        expect.objectContaining({ name: 'resume', legal: false, why: { code: 'already_so', detail: expect.any(String) as unknown } }),
      ]),
    );
  });

  it('lets a parked step go again, once for one key, and the audit tells who and why', async () => {
    const gid = await parked();
    const { version } = (await get(gid)).body as unknown as { version: number };
    const headers = { 'if-match': `"${version}"`, 'idempotency-key': uuidv7() };
    const first = await act(gid, 'retry', { branch: 'stock' }, headers);
    expect(first).toMatchObject({ status: 200, body: { action: 'retry', outcome: 'done', version: version + 1 } });
    expect((await settled(gid)).body.status).toBe('committed');
    expect(await act(gid, 'retry', { branch: 'stock' }, headers)).toMatchObject({ status: 200, body: first.body });
    expect((await act(gid, 'pause', {}, headers)).body.code).toBe('idempotency_conflict');
    expect(await auditOf(gid)).toEqual(['retry done']);
    expect(shop.heard(gid)).toEqual(['inventory.deduct action', 'inventory.deduct action']);
  });

  it('sees what an action would do without doing it', async () => {
    const gid = await parked();
    const before = (await get(gid)).body;
    const dry = await act(gid, 'abort', { dryRun: true });
    expect(dry).toMatchObject({
      status: 200,
      body: { outcome: 'dry_run', before: { status: 'active' }, transaction: { status: 'aborting' } },
    });
    expect((await assent.post(`/v1/transactions/${gid}/actions/abort?dryRun=true`, { reason: 'x' })).body.outcome).toBe('dry_run');
    expect((await assent.post(`/v1/transactions/${gid}/actions/abort?dryRun=true`, { reason: 'x', dryRun: false })).body.outcome).toBe(
      'dry_run',
    );
    expect((await act(gid, 'edit-payload', { dryRun: true, branch: 'stock', payload: {} })).body.code).toBe('already_sent');
    expect((await get(gid)).body).toEqual(before);
    expect(await auditOf(gid)).toEqual([]);
  });

  it('is refused with the reason what is not legal or not meant for this version, and the refusal is in the audit', async () => {
    const gid = await parked();
    expect(await act(gid, 'pause', {}, { 'if-match': '"1"' })).toMatchObject({ status: 412, body: { code: 'version_differs' } });
    expect(await act(gid, 'resolve', { branch: 'nobody', outcome: 'failed' })).toMatchObject({ status: 409, body: { code: 'not_parked' } });
    expect(await act(gid, 'change-policy', { policy: 'nobody' })).toMatchObject({ status: 422, body: { code: 'unknown_policy' } });
    expect(await act(gid, 'fly', {})).toMatchObject({ status: 404, body: { code: 'unknown_action' } });
    expect(await act(gid, 'pause', { reason: '' })).toMatchObject({ status: 422, body: { pointer: '/reason' } });
    expect(await act(gid, 'pause', {}, { 'if-match': 'new' })).toMatchObject({ status: 400 });
    expect(await act(uuidv7(), 'pause', {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await auditOf(gid)).toEqual([
      'pause refused version_differs',
      'resolve refused not_parked',
      'change-policy refused unknown_policy',
    ]);
  });

  it('pauses, gives another policy, resumes', async () => {
    const gid = await parked();
    expect((await act(gid, 'pause', {})).body).toMatchObject({ outcome: 'done', transaction: { paused: true } });
    const again = (await act(gid, 'pause', {})).body;
    expect(again).toMatchObject({ outcome: 'repeated' });
    expect((await get(gid, '?include=audit')).body.audit).toMatchObject([{}, { id: again.id, detail: { outcome: 'repeated' } }]);
    expect((await act(gid, 'change-policy', { policy: 'patient' })).body).toMatchObject({ transaction: { policy: { name: 'patient' } } });
    expect((await act(gid, 'retry', {})).body.outcome).toBe('done');
    expect(shop.heard(gid)).toHaveLength(1);
    expect((await act(gid, 'resume', {})).body.outcome).toBe('done');
    expect((await settled(gid)).body.status).toBe('committed');
  });

  it('edits the payload of a step that was never sent', async () => {
    const gid = await parked({
      branches: [
        { id: 'stock', contract: 'inventory.deduct' },
        { id: 'ship', contract: 'inventory.ship', payload: { n: 1 }, pivot: true },
      ],
    });
    expect((await act(gid, 'edit-payload', { branch: 'ship', payload: { n: 2 } })).body.outcome).toBe('done');
    await act(gid, 'retry', {});
    await settled(gid);
    expect(shop.calls.filter(({ contract }) => contract === 'inventory.ship').map(({ body }) => body)).toEqual(['{"n":2}']);
    expect(JSON.stringify(await auditOf(gid))).not.toContain('"n"');
  });

  describe('who settles a parked op by hand', () => {
    const sealed = (report: object) => shop.on('inventory.deduct', 'seal-action', () => ({ status: 200, body: report }));

    it('has the participant told first, so that a late call cannot act', async () => {
      const gid = await parked();
      sealed({ sealed: true, op: 'action', outcome: 'by_hand', result: null, forward: 'none' });
      const answer = await act(gid, 'resolve', { branch: 'stock', outcome: 'succeeded' });
      expect(answer).toMatchObject({ status: 200, body: { outcome: 'done', transaction: { status: 'committed' } } });
      expect(shop.heard(gid)).toEqual(['inventory.deduct action', 'inventory.deduct seal-action']);
    });

    it('is asked to force it when the participant cannot be told', async () => {
      const gid = await parked();
      shop.on('inventory.deduct', 'seal-action', () => ({ status: 500 }));
      const body = { branch: 'stock', op: 'action', outcome: 'succeeded' };
      expect(await act(gid, 'resolve', body)).toMatchObject({
        status: 409,
        body: { code: 'not_sealed', detail: expect.stringContaining('force') },
      });
      expect(await act(gid, 'resolve', { ...body, force: true })).toMatchObject({ status: 200, body: { outcome: 'done' } });
      expect(await auditOf(gid)).toEqual(['resolve refused not_sealed', 'resolve done']);
    });

    it('repeats the same request under the same key once the participant can be told', async () => {
      const gid = await parked();
      shop.on('inventory.deduct', 'seal-action', () => ({ status: 500 }));
      const again = () => act(gid, 'resolve', { branch: 'stock', outcome: 'succeeded' }, { 'idempotency-key': gid });
      expect((await again()).body.code).toBe('not_sealed');
      sealed({ sealed: true, op: 'action', outcome: 'by_hand', result: null, forward: 'none' });
      const done = await again();
      expect(done.body).toMatchObject({ outcome: 'done', transaction: { status: 'committed' } });
      expect((await again()).body).toEqual(done.body);
    });

    it('learns that it had run', async () => {
      const gid = await parked();
      sealed({ sealed: false, op: 'action', outcome: 'succeeded', result: null, forward: 'none' });
      const refused = await act(gid, 'resolve', { branch: 'stock', outcome: 'failed' });
      expect(refused).toMatchObject({ status: 409, body: { code: 'had_run', detail: expect.stringContaining('action succeeded') } });
      expect((await act(gid, 'resolve', { branch: 'stock', outcome: 'succeeded' })).body.outcome).toBe('done');
    });
  });

  it('keeps policies as versions, and retires them', async () => {
    const night = { name: 'night', reason: 'batches', deadlineMs: 3_600_000 };
    expect(await assent.post('/v1/policies', night)).toMatchObject({
      status: 201,
      body: { version: 1, deadlineMs: 3_600_000, capMs: 30_000 },
    });
    expect((await assent.post('/v1/policies', night)).body.code).toBe('policy_exists');
    expect(
      (await assent.post('/v1/policies/night/versions', { reason: 'x', forwardTimeoutMs: 600_000, deadlineMs: 1_000 })).body,
    ).toMatchObject({
      code: 'policy_invalid',
      pointer: '/forwardTimeoutMs',
    });
    expect((await assent.post('/v1/policies/night/versions', { reason: 'x', capMs: 60_000 })).body).toMatchObject({
      version: 2,
      deadlineMs: 3_600_000,
    });
    const begin = () => assent.post('/v1/transactions', { pattern: 'saga', policy: 'night', branches: [{ contract: 'inventory.deduct' }] });
    expect((await begin()).body).toMatchObject({ policy: { name: 'night', version: 2 } });
    expect(await assent.post('/v1/policies/night/retire', { reason: 'over' })).toMatchObject({ status: 200, body: { retired: true } });
    expect((await begin()).body.code).toBe('policy_retired');
    expect((await assent.get('/v1/policies/night')).body).toMatchObject({ retired: true, versions: [{ version: 2 }, { version: 1 }] });
    expect((await assent.get('/v1/policies/nobody')).body.code).toBe('policy_not_found');
  });
});
