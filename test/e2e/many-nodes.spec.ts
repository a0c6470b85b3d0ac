/** Several coordinators on one database: commands and waits at any node, hand-over, a rolling restart. */
import { randomUUID } from 'node:crypto';
import { describeOnMariadb } from '../support/databases.js';
import { type Answer, startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';
import { SharedDatabase } from './support/shared-database.js';

describeOnMariadb('Coordinators on one database', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let database: SharedDatabase;
  const running = new Set<TestCoordinator>();

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    database = await SharedDatabase.create();
  });
  afterEach(async () => {
    for (const node of [...running]) await stop(node);
    await participant.stop();
    await database.drop();
    folder.remove();
  });

  async function start(name: string): Promise<TestCoordinator> {
    const environment = { ASSENT_DATABASE_URL: database.url, ASSENT_NODE_NAME: name, ASSENT_PARTICIPANTS: `inventory=${participant.url}` };
    const node = await startCoordinator(folder, environment);
    running.add(node);
    participant.key = node.key('inventory');
    return node;
  }

  async function stop(node: TestCoordinator): Promise<void> {
    running.delete(node);
    await node.stop();
  }

  const open = (gid: string) => ({ gid, pattern: 'tcc', driver: 'initiator', branches: [] });
  const reserve = { id: 'one', contract: 'inventory.reserve' };

  it('take register, submit, abort and wait wherever they come to', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const gid = randomUUID();
    let release: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    participant.on('inventory.slow', 'try', () => ({ status: 204, after }));
    await a.post('/v1/transactions', open(gid));
    const first = a.post(`/v1/transactions/${gid}/branches`, { id: 'slow', contract: 'inventory.slow' });
    await until('its try is called', () => participant.heard(gid).length === 1);
    expect(await database.driverOf(gid)).toBe('a');

    const registered = await b.post(`/v1/transactions/${gid}/branches`, reserve);
    expect(registered.status).toBe(201);
    expect(registered.body.branch).toMatchObject({ id: 'one', forward: { op: 'try', outcome: 'succeeded', attempts: 1 } });
    expect((await b.post(`/v1/transactions/${gid}/branches`, reserve)).status).toBe(200);
    const waiting = b.get(`/v1/transactions/${gid}/wait?until=final&timeoutMs=20000`);
    const submitted = await b.post(`/v1/transactions/${gid}/submit`, { branches: ['one'] });
    expect([submitted.status, submitted.body.code]).toEqual([409, 'branches_differ']);
    const aborted = await b.post(`/v1/transactions/${gid}/abort`, { reason: { code: 'CHANGED', message: 'no' } });
    expect([aborted.status, aborted.body.status]).toEqual([200, 'aborting']);
    expect(await database.driverOf(gid)).toBe('a');
    release();
    expect((await waiting).body).toMatchObject({ status: 'aborted', decision: { reason: { code: 'CHANGED' } } });
    await first;
    expect(participant.heard(gid).sort()).toEqual([
      'inventory.reserve cancel',
      'inventory.reserve try',
      'inventory.slow cancel',
      'inventory.slow try',
    ]);
    expect(await database.commands()).toEqual([]);
  });

  it('commit what was tried at one node and submitted at the other', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const gid = randomUUID();
    await a.post('/v1/transactions', open(gid));
    expect((await a.post(`/v1/transactions/${gid}/branches`, reserve)).status).toBe(201);
    const submitted = await b.post(`/v1/transactions/${gid}/submit`, { branches: ['one'], wait: 'final' });
    expect([submitted.status, submitted.body.status]).toEqual([200, 'committed']);
    const late = await b.post(`/v1/transactions/${gid}/abort`, {});
    expect([late.status, late.body.code]).toEqual([409, 'already_committing']);
  });

  it('hand over what they hold when they are told to stop', async () => {
    const [a, b] = [await start('a'), await start('b')];
    let isBack = false;
    participant.on('inventory.deduct', 'action', () => (isBack ? { status: 204 } : { status: 503 }));
    const gids = Array.from({ length: 50 }, () => randomUUID());
    const saga = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }] });
    await Promise.all(gids.map((gid) => a.post('/v1/transactions', saga(gid))));
    isBack = true;
    await stop(a);
    expect((await database.nodes()).map(({ name, state }) => `${name} ${state}`)).toEqual(['a stopped', 'b alive']);
    // Far sooner than a lease: nobody waits for a node that has said that it goes.
    await until('all are committed', () => database.areAll('committed', gids), 4_000);
    expect((await b.get(`/v1/transactions/${gids[0]}`)).body.status).toBe('committed');
  });

  it('lose nothing in a rolling restart under load', async () => {
    let targets: readonly TestCoordinator[] = [await start('a'), await start('b')];
    participant.on('inventory.reserve', 'try', ({ gid }) => (/^[0-3]/.test(gid) ? refusal('SOLD_OUT', 'none left') : { status: 204 }));
    const told = new Map<string, string>();
    let isOver = false;
    /** Asks again, at the other node, as a client does that gets no answer or is told to repeat. */
    const persist = async (turn: number, path: string, body: unknown): Promise<Answer> => {
      for (let tries = 0; tries < 400; tries += 1) {
        const answer = await targets[(turn + tries) % 2]!.post(path, body).catch(() => null);
        if (answer !== null && answer.status !== 503) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no answer to ${path}`);
    };
    const customer = async () => {
      while (!isOver) {
        const gid = randomUUID();
        const begun = await persist(0, '/v1/transactions', open(gid));
        expect([200, 202]).toContain(begun.status);
        await persist(1, `/v1/transactions/${gid}/branches`, reserve);
        const { status, body } = await persist(0, `/v1/transactions/${gid}/submit`, { branches: ['one'] });
        told.set(gid, status === 200 ? 'committed' : String(body.code));
      }
    };
    const customers = Array.from({ length: 8 }, customer);
    for (const name of ['a', 'b']) {
      const [old, other] = targets as readonly [TestCoordinator, TestCoordinator];
      const enough = told.size + 20;
      await until('there is load', () => told.size >= enough);
      await stop(old);
      targets = [other, await start(name)];
    }
    isOver = true;
    await Promise.all(customers);
    const wanted = new Map([...told].map(([gid]) => [gid, /^[0-3]/.test(gid) ? 'aborted' : 'committed']));
    const stored = async () => new Map((await database.rows([...told.keys()])).map(({ gid, status }) => [gid, status]));
    await until('all are final', async () => [...(await stored()).values()].every((status) => /^(committed|aborted)$/.test(status)));
    expect(await stored()).toEqual(wanted);
    expect(new Set(told.values())).toEqual(new Set(['committed', 'already_aborting']));
  }, 60_000);
});
