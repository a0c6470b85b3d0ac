/** How a participant is served over NATS: what it refuses, how its instances share the work, and how it comes and goes. */
import { branchSubject, header, writeBranchPacket } from '@assent/protocol';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Webhook } from 'standardwebhooks';
import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { Action, type ParticipantOptions, SagaStep } from '../src/index.js';
import { openSqlite } from './support/data-sources.js';
import { Latch, until } from './support/latch.js';
import { ask, runTheatreOnNats } from './support/nats-theatre.js';
import { buildTheatre, KEY, newGid, type RunningTheatre, runTheatre } from './support/running-theatre.js';

const OTHER_KEY = `whsec_${Buffer.from('some other key, also of 32 bytes').toString('base64')}`;

describeOnNats('a participant over NATS', () => {
  let server: NatsServer;
  let theatre: RunningTheatre & { readonly connection: NatsConnection };
  let gid: string;

  beforeAll(async () => {
    server = await startNats();
    theatre = await runTheatreOnNats(await openSqlite()(), server.url, { maxBodyBytes: 2_000, maxConcurrentCalls: 3 });
  });
  afterAll(async () => {
    await theatre.close();
    await server.stop();
  });
  beforeEach(() => {
    gid = newGid();
  });

  const idOf = (op: string, attempt = 1) => `${gid}/b/theatre:seat/${op}/${attempt}`;

  describe('refuses a captured call that was altered', () => {
    it.each([
      ['another gid', { [header.id]: 'someone-else/b/theatre:seat/try/1' }],
      ['another timestamp', { [header.timestamp]: String(Math.floor(Date.now() / 1_000) + 7) }],
      ['another signature', { [header.signature]: new Webhook(KEY).sign('x', new Date(), '{}') }],
      ['no id', { [header.id]: undefined }],
      ['no timestamp', { [header.timestamp]: undefined }],
      ['no signature', { [header.signature]: undefined }],
    ])('with %s in its headers', async (_what, headers) => {
      const id = headers[header.id as keyof typeof headers];
      const packet = id === undefined ? undefined : writeBranchPacket(id, branchSubject('theatre.seat', 'try'), '{}');
      const answer = await theatre.call({ gid, op: 'try', headers, ...(packet !== undefined && { packet }) });
      expect([400, 401]).toContain(answer.status);
      expect(await theatre.rows(gid)).toEqual([]);
    });

    it.each(['gid', 'branch', 'contract', 'op', 'attempt'])('in the %s of its id', async (field) => {
      const parts = { gid, branch: 'b', contract: 'theatre:seat', op: 'try', attempt: '1' };
      const other = { gid: newGid(), branch: 'c', contract: 'theatre:print', op: 'cancel', attempt: '2' }[field];
      const id = Object.values({ ...parts, [field]: other }).join('/');
      const packet = writeBranchPacket(id, branchSubject('theatre.seat', 'try'), '{}');
      expect((await theatre.call({ gid, op: 'try', headers: { [header.id]: id }, packet })).status).toBe(401);
      expect(await theatre.rows(gid)).toEqual([]);
    });

    it.each([
      ['its payload', (id: string, subject: string) => writeBranchPacket(id, subject, '{ }'), 401, 'signature_invalid'],
      ['the id of its packet', (_id: string, subject: string) => writeBranchPacket(idOf('try', 2), subject, '{}'), 400, 'request_invalid'],
      [
        'the pattern of its packet',
        (id: string) => writeBranchPacket(id, branchSubject('theatre.seat', 'cancel'), '{}'),
        400,
        'request_invalid',
      ],
      [
        'a member that was added',
        (id: string, subject: string) => `{"x":1,${writeBranchPacket(id, subject, '{}').slice(1)}`,
        400,
        'request_invalid',
      ],
    ])('in %s', async (_what, write, status, code) => {
      const packet = write(idOf('try'), branchSubject('theatre.seat', 'try'));
      expect(await theatre.call({ gid, op: 'try', packet })).toMatchObject({ status, body: { code } });
      expect(await theatre.rows(gid)).toEqual([]);
    });

    it.each([
      ['op', branchSubject('theatre.seat', 'cancel')],
      ['contract', branchSubject('theatre.print', 'try')],
    ])('in the %s of its subject', async (_what, path) => {
      const packet = writeBranchPacket(idOf('try'), path, '{}');
      expect(await theatre.call({ gid, op: 'try', path, packet })).toMatchObject({ status: 400, body: { code: 'path_mismatch' } });
      expect(await theatre.rows(gid)).toEqual([]);
    });

    it('and one that another key signed', async () => {
      expect(await theatre.call({ gid, op: 'try', key: OTHER_KEY })).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
    });
  });

  describe('meets a captured call that is replayed', () => {
    it('within five minutes with the answer that was given, and no second effect', async () => {
      const answers = [await theatre.call({ gid, op: 'try', payload: { on: { try: 'result' } } })];
      answers.push(await theatre.call({ gid, op: 'try', payload: { on: { try: 'result' } } }));
      expect(answers.map(({ body }) => body)).toEqual(Array(2).fill({ ticket: `ticket of ${gid}`, attempt: 1 }));
      expect(await theatre.effects(gid)).toEqual(['try']);
    });

    it('after the branch was rolled back, if it never ran, with a refusal', async () => {
      await theatre.call({ gid, op: 'cancel' });
      expect(await theatre.call({ gid, op: 'try' })).toMatchObject({ status: 409, body: { assent: 'rejected', code: 'rolled_back' } });
      expect(await theatre.effects(gid)).toEqual([]);
    });

    it.each([
      ['later', -6],
      ['dated ahead', 6],
    ])('%s with a refusal', async (_what, minutes) => {
      const at = new Date(Date.now() + minutes * 60_000);
      const headers = {
        [header.timestamp]: String(Math.floor(at.getTime() / 1_000)),
        [header.signature]: new Webhook(KEY).sign(idOf('try'), at, '{}'),
      };
      expect(await theatre.call({ gid, op: 'try', headers })).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
      expect(await theatre.rows(gid)).toEqual([]);
    });
  });

  it.each([
    ['an op of another pattern', 404, { contract: 'theatre.seat', op: 'action' }, 'op_unknown'],
    ['bytes beyond its limit', 413, { op: 'try', payload: { seat: 'x'.repeat(2_000) } }, 'body_too_large'],
    ['no begin', 400, { op: 'try', headers: { [header.begun]: undefined } }, 'header_invalid'],
    ['no JSON', 400, { op: 'try', body: '{' }, 'body_not_json'],
    ['a packet of another hand', 400, { op: 'try', packet: 'hello' }, 'request_invalid'],
  ])('answers an error to %s, which is no refusal', async (_what, status, words, code) => {
    expect(await theatre.call({ gid, ...words })).toMatchObject({ status, body: { assent: 'unknown', code } });
  });

  it('takes the id of the request into its answer, as Nest does', async () => {
    expect(await ask(theatre.connection, { gid, op: 'try' })).toMatchObject({ id: idOf('try') });
  });

  it('says when to come back when it has its hands full', async () => {
    const latch = new Latch();
    const gids = Array.from({ length: 3 }, newGid);
    for (const id of gids) theatre.stage.latches.set(`${id}/try`, latch);
    const before = theatre.stage.seen.length;
    const busy = gids.map((id) => theatre.call({ gid: id, op: 'try', payload: { on: { try: 'hold' } } }));
    await until('the first is in its handler', () => theatre.stage.seen.length > before);
    let turnedAway = await theatre.call({ gid, op: 'try' });
    await until('one more is turned away', async () => {
      turnedAway = await theatre.call({ gid: newGid(), op: 'cancel' });
      return turnedAway.status === 503;
    });
    latch.open();
    expect(turnedAway.body).toMatchObject({ assent: 'unknown', code: 'overloaded', retryAfterMs: 1_000 });
    expect((await Promise.all(busy)).map((answer) => answer.status)).toEqual([204, 204, 204]);
  });
});

describeOnNats('a participant that comes and goes', () => {
  let server: NatsServer;
  let caller: NatsConnection;
  let gid: string;

  beforeEach(async () => {
    server = await startNats();
    caller = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 20, reconnectJitter: 1 });
    gid = newGid();
  });
  afterEach(async () => {
    await caller.close();
    await server.stop();
  });

  const open = async (options: Partial<ParticipantOptions> = {}) =>
    runTheatre(await openSqlite()(), { nats: { servers: server.url }, ...options });

  it('may be served over HTTP and NATS at once, with one barrier', async () => {
    const theatre = await open();
    expect((await theatre.call({ gid, op: 'try' })).status).toBe(204);
    expect(await ask(caller, { gid, op: 'try', attempt: 2 })).toEqual({ id: expect.any(String), isDisposed: true });
    await ask(caller, { gid, op: 'cancel' });
    expect(await theatre.call({ gid, op: 'confirm' })).toMatchObject({ status: 409, body: { code: 'already_rolled_back' } });
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
    await theatre.close();
  });

  it('answers over NATS only where HTTP is off', async () => {
    const theatre = await open({ http: 'off' });
    expect((await theatre.call({ gid, op: 'try' })).status).toBe(404);
    expect(await ask(caller, { gid, op: 'try' })).not.toHaveProperty('err');
    await theatre.close();
  });

  it('shares the calls among its instances, each of which reaches one', async () => {
    const theatres = [await open(), await open()];
    const gids = Array.from({ length: 60 }, newGid);
    await Promise.all(gids.map((one) => ask(caller, { gid: one, op: 'try' })));
    const seen = theatres.map(({ stage }) => stage.seen.length);
    expect([seen.reduce((sum, count) => sum + count), Math.min(...seen) > 5]).toEqual([60, true]);
    for (const theatre of theatres) await theatre.close();
  });

  it('answers what is at work when it goes, and the next call is served by another instance', async () => {
    const leaving = await open();
    const latch = new Latch();
    leaving.stage.latches.set(`${gid}/try`, latch);
    const running = ask(caller, { gid, op: 'try', payload: { on: { try: 'hold' } } });
    await until('the try is in its handler', () => leaving.stage.seen.length === 1);
    const staying = await open();
    const closed = leaving.close();
    await until('calls go elsewhere', async () => {
      await ask(caller, { gid: newGid(), op: 'try' });
      return staying.stage.seen.length > 5;
    });
    latch.open();
    expect(await running).not.toHaveProperty('err');
    await closed;
    await staying.close();
  });

  it('comes up while NATS is away, serves when it is there, and again after it was killed', async () => {
    await server.kill();
    const theatre = await open();
    const isServed = async () => (await ask(caller, { gid: newGid(), op: 'try' }, 300).catch(() => null)) !== null;
    await server.restart();
    await until('it is served', isServed);
    await server.kill();
    await server.restart();
    await until('it is served again', isServed);
    await theatre.close();
  });

  it('goes at once where NATS never was', async () => {
    await server.kill();
    const theatre = await open();
    const begun = performance.now();
    await theatre.close();
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it.each([
    ['theatre', 'theatre.a..b', 'a part of its name is empty'],
    ['tx', 'tx.reserve', 'assent.tx are the subjects of events'],
  ])('does not come up as "%s" with the contract "%s", which cannot be a subject', async (name, contract, why) => {
    @SagaStep(contract, { compensate: 'none' })
    class Hollow {
      @Action()
      run(): void {}
    }
    const database = await openSqlite()();
    const app = await buildTheatre(database, { name, nats: { servers: server.url } }, [Hollow]);
    await expect(app.init()).rejects.toThrow(`the contract "${contract}" cannot be served over NATS: ${why}`);
    await app.close();
    await database.drop();
  });
});
