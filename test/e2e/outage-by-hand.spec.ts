/** An outage as an operator sees it who has nothing but HTTP: the cause in two calls, one job after the repair, and what became of each order. */
import { v7 as uuidv7 } from 'uuid';
import { describeOnMariadb } from '../support/databases.js';
import { type TestCoordinator, until } from './support/coordinators.js';
import { Ground } from './support/databases.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const ORDERS = 500;

interface Found {
  readonly items: readonly { readonly gid: string }[];
  readonly counts: { readonly matching: number; readonly attention: readonly object[] };
}

interface JobItem {
  readonly gid: string;
  readonly state: string;
}

interface ItemPage {
  readonly items: readonly JobItem[];
  readonly next: number | null;
}

describeOnMariadb('a participant that is down while 500 orders wait', () => {
  let ground: Ground;
  let bank: ScriptedParticipant;
  let assent: TestCoordinator;
  const gids = Array.from({ length: ORDERS }, () => uuidv7());

  const find = async (query: string) => (await assent.get(`/v1/transactions?${query}`)).body as unknown as Found;

  beforeAll(async () => {
    ground = await Ground.onMariadb();
    bank = await ScriptedParticipant.start();
    assent = await ground.start({ ASSENT_PARTICIPANTS: `payment=${bank.url}`, ASSENT_BREAKER_OPEN_MS: '600000' });
    bank.key = assent.key('payment');
    bank.on('payment.charge', 'action', () => ({ status: 503 }));
    const branches = [{ contract: 'payment.charge' }];
    const order = (gid: string) => assent.post('/v1/transactions', { gid, name: 'order', pattern: 'saga', policy: 'patient', branches });
    for (let from = 0; from < ORDERS; from += 50) await Promise.all(gids.slice(from, from + 50).map(order));
    await until('all of them wait', async () => (await find('attention=any&limit=1')).counts.matching === ORDERS, 90_000);
  }, 120_000);
  afterAll(async () => {
    await assent.stop();
    await bank.stop();
    await ground.clear();
  });

  it('is found in two calls: who holds up how many, then why', async () => {
    const { counts, items } = await find('attention=any&limit=1');
    expect(counts.attention).toMatchObject([{ kind: 'waiting', participant: 'payment', code: 'breaker_open', count: ORDERS }]);
    const { body } = await assent.get('/v1/participants/payment');
    expect(body).toMatchObject({ breaker: { state: 'open', lastProblem: { code: 'http_503' } }, waiting: [{ count: ORDERS }] });
    // The same of one order in words.
    const { headline } = (await assent.get(`/v1/transactions/${items[0]?.gid}/timeline`)).body;
    expect(headline).toMatch(/waiting for payment\.action, not sent yet: the circuit breaker of payment is open since [0-9:]{8}$/);
    const { actions } = (await assent.get(`/v1/transactions/${items[0]?.gid}/actions`)).body;
    const why = expect.stringContaining('Nothing is sent to payment (breaker_open): see /v1/participants/payment.') as unknown;
    expect(actions).toContainEqual(expect.objectContaining({ name: 'retry', legal: false, why: { code: 'not_parked', detail: why } }));
    const job = { action: 'retry', query: { attention: 'any' }, reason: 'the bank is back', dryRun: true };
    const { sample } = (await assent.post('/v1/jobs', job)).body as unknown as { sample: object[] };
    expect(sample[0]).toMatchObject({ legal: false, why: { code: 'not_parked', detail: why } });
  });

  it('is called for all of them by one job once it is repaired, which tells what became of each', async () => {
    const query = { attention: 'any', participant: 'payment' };
    const { body } = await assent.post('/v1/jobs', { action: 'retry', query, reason: 'the bank is back', perSecond: 1_000 });
    const job = `/v1/jobs/${String(body.id)}`;
    await until('it has found all of them', async () => String((await assent.get(job)).body.state) !== 'collecting');
    bank.on('payment.charge', 'action', () => ({ status: 204 }));
    await assent.post('/v1/participants/payment/breaker/reset', { reason: 'repaired' });
    await until('it has finished', async () => String((await assent.get(job)).body.state) === 'finished', 60_000);
    expect((await assent.get(job)).body).toMatchObject({ total: ORDERS, counts: { pending: 0, failed: 0 } });
    const told: JobItem[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const { items, next }: ItemPage = (await assent.get(`${job}/items?limit=200&after=${after}`)).body as unknown as ItemPage;
      told.push(...items);
      after = next;
    }
    expect(told.map(({ gid }) => gid).toSorted()).toEqual(gids.toSorted());
    expect(told.filter(({ state }) => state !== 'done' && state !== 'repeated')).toEqual([]);
    const committed = async () => (await find('name=order&status=committed&limit=1')).counts.matching;
    await until('all are committed', async () => (await committed()) === ORDERS, 60_000);
  }, 130_000);
});
