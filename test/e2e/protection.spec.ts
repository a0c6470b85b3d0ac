/** Participants that fail, hang, are paused and come back: what is sent to them, what an operator sees and orders, and that nobody else is slowed down. */
import { randomUUID } from 'node:crypto';
import { describeOnMariadb } from '../support/databases.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { type ScriptedAnswer, ScriptedParticipant } from './support/scripted-participant.js';
import { SharedDatabase } from './support/shared-database.js';

const NEVER = new Promise<void>(() => undefined);
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
const charge = (gid: string, policy = 'patient') => ({ gid, pattern: 'saga', policy, branches: [{ contract: 'payment.charge' }] });
const deduct = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }], wait: 'final' });
const reason = { reason: 'its disk is being changed' };

/** What the routes show of a participant. */
interface Shown {
  readonly dispatch: string;
  readonly breaker: { readonly state: string; readonly openedTotal: number; readonly lastProblem: { readonly code: string } | null };
  readonly calls: { readonly inFlight: number; readonly held: number };
  readonly waiting: readonly { readonly kind: string; readonly count: number }[];
}

/** Transactions that wait because nothing is sent to it: in memory, and at rest. */
async function waitingFor(shown: () => Promise<Shown>): Promise<number> {
  const { calls, waiting } = await shown();
  return calls.held + (waiting.find(({ kind }) => kind === 'waiting')?.count ?? 0);
}

describe('A participant that is in trouble', () => {
  let folder: TestFolder;
  let payment: ScriptedParticipant;
  let inventory: ScriptedParticipant;
  let node: TestCoordinator;
  let answer: ScriptedAnswer = { status: 204 };

  beforeEach(async () => {
    folder = testFolder();
    payment = await ScriptedParticipant.start();
    inventory = await ScriptedParticipant.start();
    answer = { status: 204 };
    payment.on('payment.charge', 'action', () => answer);
  });
  afterEach(async () => {
    await Promise.all([payment.stop(), inventory.stop()]);
    await node.stop();
    folder.remove();
  });

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const participants = `payment=${payment.url},inventory=${inventory.url}`;
    node = await startCoordinator(folder, { ASSENT_PARTICIPANTS: participants, ASSENT_DRAIN_MS: '100', ...environment });
    payment.key = node.key('payment');
    inventory.key = node.key('inventory');
  }

  const shown = async () => (await node.get('/v1/participants/payment')).body as unknown as Shown;
  const areFinal = async (gids: readonly string[]) => {
    const views = await Promise.all(gids.map((gid) => node.get(`/v1/transactions/${gid}`)));
    return views.every(({ body }) => (body as Readonly<Record<string, unknown>>).status === 'committed');
  };

  it('is called no more after three failures, but for a probe, and gets everything when it is back', async () => {
    await start({ ASSENT_BREAKER_OPEN_MS: '300', ASSENT_BREAKER_LONGEST_OPEN_MS: '300' });
    answer = { status: 500 };
    const gids = ids(40);
    await Promise.all(gids.slice(0, 3).map((gid) => node.post('/v1/transactions', charge(gid))));
    await until('its breaker is open', async () => (await shown()).breaker.state !== 'closed');
    const before = payment.calls.length;
    await Promise.all(gids.slice(3).map((gid) => node.post('/v1/transactions', charge(gid))));
    await until('two probes were sent', () => payment.calls.length >= before + 2);
    expect(payment.calls.length).toBeLessThan(before + 6);
    expect(await shown()).toMatchObject({ dispatch: 'running', breaker: { openedTotal: 1, lastProblem: { code: 'http_500' } } });
    await until('it is seen how many wait', async () => (await waitingFor(shown)) >= 36);
    expect((await node.get('/metrics')).body.text).toContain('assent_breaker_opened_total{participant="payment"} 1');
    answer = { status: 204 };
    await until('all are committed', () => areFinal(gids));
    expect((await shown()).breaker.state).toBe('closed');
    const attempts = payment.calls.map(({ attempt }) => attempt);
    expect(attempts.filter((attempt) => attempt === 1).length).toBe(40);
  });

  it('is called at once when an operator closes its breaker', async () => {
    await start({ ASSENT_BREAKER_OPEN_MS: '600000', ASSENT_BREAKER_LONGEST_OPEN_MS: '600000' });
    answer = { status: 500 };
    const gids = ids(3);
    await Promise.all(gids.map((gid) => node.post('/v1/transactions', charge(gid))));
    await until('its breaker is open', async () => (await shown()).breaker.state === 'open');
    answer = { status: 204 };
    const reset = await node.post('/v1/participants/payment/breaker/reset', reason);
    expect([reset.status, (reset.body as unknown as Shown).breaker.state]).toEqual([200, 'closed']);
    await until('all are committed', () => areFinal(gids));
  });

  it('is sent nothing while an operator has paused it, and everything after', async () => {
    await start();
    const paused = await node.post('/v1/participants/payment/pause', reason);
    expect([paused.status, paused.body]).toMatchObject([200, { dispatch: 'paused', pause: { by: 'local', reason: reason.reason } }]);
    const gids = ids(5);
    await Promise.all(gids.map((gid) => node.post('/v1/transactions', charge(gid))));
    expect((await node.post('/v1/transactions', deduct(randomUUID()))).body.status).toBe('committed');
    expect(payment.calls).toEqual([]);
    await node.stop();
    await start();
    await until('they wait in the next process, too', async () => (await waitingFor(shown)) === 5);
    expect(payment.calls).toEqual([]);
    expect((await node.post('/v1/participants/payment/resume', reason)).body).toMatchObject({ dispatch: 'running', pause: null });
    await until('all are committed', () => areFinal(gids));
    expect(payment.calls.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is found as the cause in one call, and everything that waits for it is called on order', async () => {
    await start({ ASSENT_BREAKER_FAILURES: '1000000', ASSENT_BREAKER_LEAST_CALLS: '1000000' });
    answer = { status: 503, headers: { 'retry-after': '250' } };
    const gids = ids(500);
    await Promise.all(gids.map((gid) => node.post('/v1/transactions', charge(gid))));
    await until('all wait', async () => (await shown()).waiting.some(({ kind, count }) => kind === 'retrying' && count === 500));
    const { items } = (await node.get('/v1/participants')).body as unknown as {
      readonly items: readonly (Shown & { readonly name: string })[];
    };
    expect(items.map(({ name, waiting }) => [name, waiting.length])).toEqual([
      ['inventory', 0],
      ['payment', 1],
    ]);
    answer = { status: 204 };
    expect((await node.post('/v1/participants/payment/wake', { reason: 'it is back' })).status).toBe(200);
    await until('all are committed', () => areFinal(gids), 20_000);
    expect(payment.calls.filter(({ attempt }) => attempt === 2)).toHaveLength(500);
  });

  it('does not slow those who do not need it, even if it never answers', async () => {
    await start();
    const rush = async () => {
      const startedMs = performance.now();
      for (let round = 0; round < 5; round += 1) {
        const answers = await Promise.all(ids(40).map((gid) => node.post('/v1/transactions', deduct(gid))));
        expect(answers.map(({ body }) => body.status)).toEqual(answers.map(() => 'committed'));
      }
      return performance.now() - startedMs;
    };
    await rush();
    const aloneMs = await rush();
    answer = { status: 204, after: NEVER };
    await Promise.all(ids(400).map((gid) => node.post('/v1/transactions', charge(gid, 'standard'))));
    await until('all its places are taken', async () => (await shown()).calls.inFlight === 64);
    expect(await rush()).toBeLessThan(3 * aloneMs + 500);
  });

  it('must be known, and an order must say why', async () => {
    await start();
    expect((await node.get('/v1/participants/nobody')).body).toMatchObject({ status: 404, code: 'participant_not_found' });
    expect((await node.post('/v1/participants/nobody/pause', reason)).body).toMatchObject({ status: 404, code: 'participant_not_found' });
    expect((await node.post('/v1/participants/payment/pause', {})).body).toMatchObject({ status: 422, code: 'invalid_request' });
    expect((await node.post('/v1/participants/payment/wake', { reason: '' })).body).toMatchObject({ status: 422 });
    expect((await node.post('/v1/participants/payment/pause?force=1', reason)).body).toMatchObject({ code: 'invalid_query' });
  });
});

describeOnMariadb('An order about a participant', () => {
  it('holds at every node within a second or two', async () => {
    const folder = testFolder();
    const payment = await ScriptedParticipant.start();
    const database = await SharedDatabase.create();
    const nodes: TestCoordinator[] = [];
    try {
      for (const name of ['a', 'b']) {
        const environment = { ASSENT_DATABASE_URL: database.url, ASSENT_NODE_NAME: name, ASSENT_PARTICIPANTS: `payment=${payment.url}` };
        nodes.push(await startCoordinator(folder, environment));
      }
      const [a, b] = nodes as [TestCoordinator, TestCoordinator];
      payment.key = a.key('payment');
      await a.post('/v1/participants/payment/pause', reason);
      const seenAt = async (node: TestCoordinator) => (await node.get('/metrics')).body.text as unknown as string;
      await until('b has heard of it', async () => (await seenAt(b)).includes('assent_participant_paused{participant="payment"} 1'), 5_000);
      const gids = ids(6);
      await Promise.all(gids.map((gid, index) => [a, b][index % 2]!.post('/v1/transactions', charge(gid))));
      expect(payment.calls).toEqual([]);
      await b.post('/v1/participants/payment/resume', reason);
      await until('all are committed', async () => {
        const views = await Promise.all(gids.map((gid) => b.get(`/v1/transactions/${gid}`)));
        return views.every(({ body }) => (body as Readonly<Record<string, unknown>>).status === 'committed');
      });
    } finally {
      for (const node of nodes) await node.stop();
      await payment.stop();
      await database.drop();
      folder.remove();
    }
  });
});
