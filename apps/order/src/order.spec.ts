import { createService } from '@assent/service';
import { aProblem, aTransaction, createSqliteDatabase, type Scripted, ScriptedCoordinator, type TemporaryDatabase } from '@assent/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createTestDatabase, describeOnMariadb } from '../../../test/support/databases.js';
import { orderWith } from './order.module.js';
import type { OrderView } from './orders/order.controller.js';

const committing: Scripted = { status: 200, body: aTransaction('committing') };
const undecided: Scripted = { status: 202, body: aTransaction('active') };
const refused: Scripted = {
  status: 200,
  body: aTransaction('aborting', {
    decision: {
      kind: 'abort',
      at: '2026-11-22T08:00:00.041Z',
      reason: { branch: 'payment.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' },
    },
  }),
};

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come about within 10 s that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function theOrderService(openDatabase: () => Promise<TemporaryDatabase>): void {
  let database: TemporaryDatabase;
  let coordinator: ScriptedCoordinator;
  let coordinatorUrl: string;
  let app: NestFastifyApplication;
  let baseUrl: string;

  const start = async (reconcileMs = 3_600_000) => {
    app = await createService(orderWith({ databaseUrl: database.url, coordinatorUrl, waitMs: 100, reconcileMs }), null);
    await app.listen(0, '127.0.0.1');
    baseUrl = await app.getUrl();
  };

  beforeEach(async () => {
    database = await openDatabase();
    coordinator = new ScriptedCoordinator();
    coordinatorUrl = await coordinator.start();
    await start();
  });

  afterEach(async () => {
    await coordinator.stop();
    await app.close();
    await database.drop();
  });

  const anOrder = { mode: 'tcc', account: 'ann', lines: [{ sku: 'tea', quantity: 2 }] };

  const place = async (key: string | null, order: object = anOrder) => {
    const headers = { 'content-type': 'application/json', ...(key !== null && { 'idempotency-key': key }) };
    const answer = await fetch(`${baseUrl}/orders`, { method: 'POST', headers, body: JSON.stringify(order) });
    return { status: answer.status, location: answer.headers.get('location'), body: (await answer.json()) as Record<string, unknown> };
  };

  const read = async <T>(path: string) => (await (await fetch(`${baseUrl}${path}`)).json()) as T;

  it('confirms an order whose transaction was decided to commit', async () => {
    coordinator.willAnswer(committing);
    const { status, location, body } = await place('k1');
    expect(status).toBe(201);
    expect(body).toMatchObject({ mode: 'tcc', status: 'confirmed', account: 'ann', amount: 1_200, lines: anOrder.lines, refusal: null });
    expect(await read(location ?? '')).toEqual(body);
    expect(coordinator.asked[0]?.body).toMatchObject({
      gid: body.gid,
      key: body.id,
      pattern: 'tcc',
      wait: 'decided',
      branches: [
        { contract: 'inventory.reserve', payload: { lines: anOrder.lines } },
        { contract: 'payment.freeze', payload: { account: 'ann', amount: 1_200 } },
      ],
    });
  });

  it('carries out an order as a saga when asked to', async () => {
    coordinator.willAnswer({ status: 200, body: aTransaction('committed', { pattern: 'saga' }) });
    expect((await place('k1', { ...anOrder, mode: 'saga' })).status).toBe(201);
    expect(coordinator.asked[0]?.body).toMatchObject({
      pattern: 'saga',
      branches: [{ contract: 'inventory.deduct' }, { contract: 'payment.charge' }],
    });
  });

  it('tells why an order was refused, and keeps it so', async () => {
    coordinator.willAnswer(refused);
    const refusal = { code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' };
    const first = await place('k1');
    expect(first).toMatchObject({
      status: 409,
      body: { code: 'INSUFFICIENT_FUNDS', detail: 'balance 12.00, asked for 40.00', order: { status: 'refused', refusal } },
    });
    expect(await place('k1')).toEqual(first);
    expect(coordinator.asked).toHaveLength(1);
  });

  it('places one order for one key, however often and however fast it is sent', async () => {
    coordinator.willAnswer(committing, committing, committing);
    const answers = await Promise.all([place('k1'), place('k1'), place('k1')]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(coordinator.asked.map(({ body }) => body?.gid)).size).toBe(1);
    expect(await read<OrderView[]>('/orders')).toHaveLength(1);
  });

  it('refuses another order under the same key', async () => {
    coordinator.willAnswer(committing);
    await place('k1');
    const other = { ...anOrder, lines: [{ sku: 'tea', quantity: 3 }] };
    expect(await place('k1', other)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('takes keys that differ in case for different keys', async () => {
    coordinator.willAnswer(committing, committing);
    const [lower, upper] = [await place('key'), await place('KEY')];
    expect(lower.body.id).not.toBe(upper.body.id);
  });

  it('keeps an order that is not decided in time, and finds its outcome by itself', async () => {
    await app.close();
    await start(100);
    coordinator.willAnswerFromNowOn(undecided);
    const { status, body } = await place('k1');
    expect([status, body.status]).toEqual([202, 'placed']);
    coordinator.willAnswerFromNowOn(committing);
    await until('the order is confirmed', async () => (await read<OrderView>(`/orders/${String(body.id)}`)).status === 'confirmed');
    expect(new Set(coordinator.asked.filter((asked) => asked.body !== null).map((asked) => asked.body?.gid))).toEqual(new Set([body.gid]));
  });

  it('keeps an order that it takes while the coordinator is away', async () => {
    coordinator.willAnswer({ status: 503, body: { code: 'draining' }, headers: { 'retry-after': '60' } });
    const { status, body } = await place('k1');
    expect([status, body.status]).toEqual([202, 'placed']);
    coordinator.willAnswer(committing);
    expect(await place('k1')).toMatchObject({ status: 201, body: { id: body.id, gid: body.gid, status: 'confirmed' } });
  });

  it('looks after unfinished orders when it comes back, with the same transaction', async () => {
    coordinator.willAnswerFromNowOn(undecided);
    const { body } = await place('k1');
    await app.close();
    const askedBefore = coordinator.asked.length;
    coordinator.willAnswerFromNowOn(refused);
    await start();
    await until('the order is refused', async () => (await read<OrderView>(`/orders/${String(body.id)}`)).status === 'refused');
    expect(coordinator.asked.slice(askedBefore).map((asked) => asked.body?.gid)).toEqual([body.gid]);
  });

  it('looks after all unfinished orders in one go, however many an outage has left', async () => {
    coordinator.willAnswerFromNowOn({ status: 503, body: { code: 'draining' }, headers: { 'retry-after': '60' } });
    await Promise.all(Array.from({ length: 205 }, (_, i) => place(`k${i}`)));
    await app.close();
    coordinator.willAnswerFromNowOn(refused);
    await start();
    await until('all are refused', async () => (await read<OrderView[]>('/orders?status=refused&limit=500')).length === 205);
  });

  it('ends an order whose transaction the coordinator refuses to begin', async () => {
    coordinator.willAnswer(aProblem(422, 'unknown_participant'), aProblem(404, 'not_found'));
    expect(await place('k1')).toMatchObject({ status: 409, body: { code: 'unknown_participant' } });
  });

  it('believes the transaction, not the refusal of a repeated begin', async () => {
    coordinator.willAnswer('reset', aProblem(422, 'unknown_participant'), { status: 200, body: aTransaction('committing') });
    expect(await place('k1')).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  });

  it('concludes nothing from a refusal by something that is no coordinator', async () => {
    coordinator.willAnswer({ status: 403, body: {} }, { status: 404, body: {} });
    expect(await place('k1')).toMatchObject({ status: 202, body: { status: 'placed' } });
  });

  it('does not conclude anything when its gid turns out to belong to something else', async () => {
    coordinator.willAnswer(aProblem(409, 'gid_conflict'));
    expect(await place('k1')).toMatchObject({ status: 202, body: { status: 'placed' } });
  });

  it('needs an Idempotency-Key, and one that can be read', async () => {
    expect(await place(null)).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
    expect(await place('two words')).toMatchObject({ status: 400, body: { code: 'idempotency_key_invalid' } });
    expect(await place('k'.repeat(129))).toMatchObject({ status: 400, body: { code: 'idempotency_key_invalid' } });
  });

  it.each([
    ['a mode of its own', { ...anOrder, mode: 'xa' }, '/mode'],
    ['no lines', { ...anOrder, lines: [] }, '/lines'],
    ['half a piece', { ...anOrder, lines: [{ sku: 'tea', quantity: 0.5 }] }, '/lines/0/quantity'],
    ['no account', { ...anOrder, account: '' }, '/account'],
    [
      'a product that nobody sells',
      {
        ...anOrder,
        lines: [
          { sku: 'tea', quantity: 1 },
          { sku: 'unicorn', quantity: 1 },
        ],
      },
      '/lines/1/sku',
    ],
    ['nothing that is an order', [], '/'],
  ])('answers an order with %s by a problem that points at it, and keeps nothing', async (_, order, pointer) => {
    expect(await place('k1', order)).toMatchObject({ status: 422, body: { status: 422, pointer } });
    expect(await read('/orders')).toEqual([]);
    expect(coordinator.asked).toEqual([]);
  });

  it('refuses a field that it does not know', async () => {
    expect(await place('k1', { ...anOrder, discount: 100 })).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });

  it('refuses an order that expects yesterday’s price', async () => {
    await fetch(`${baseUrl}/products/tea`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"price":700}' });
    const order = { ...anOrder, lines: [{ sku: 'tea', quantity: 2, price: 600 }] };
    expect(await place('k1', order)).toMatchObject({ status: 409, body: { code: 'price_changed', pointer: '/lines/0/price' } });
    coordinator.willAnswer(committing);
    expect(await place('k2', { ...anOrder, lines: [{ sku: 'tea', quantity: 2, price: 700 }] })).toMatchObject({ body: { amount: 1_400 } });
  });

  it('refuses an order that nobody could pay at once', async () => {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${baseUrl}/products/palace`, { method: 'PUT', headers, body: '{"price":1000000000}' });
    const lines = Array.from({ length: 2 }, () => ({ sku: 'palace', quantity: 1_000 }));
    expect(await place('k1', { ...anOrder, lines })).toMatchObject({ status: 422, body: { code: 'amount_too_large' } });
  });

  it('lists orders, the newest first, by status and page by page', async () => {
    coordinator.willAnswer(committing, refused, committing);
    for (const key of ['k1', 'k2', 'k3']) await place(key);
    const statuses = (orders: OrderView[]) => orders.map(({ status }) => status);
    expect(statuses(await read('/orders'))).toEqual(['confirmed', 'refused', 'confirmed']);
    expect(statuses(await read('/orders?status=refused'))).toEqual(['refused']);
    const [newest] = await read<OrderView[]>('/orders?limit=1');
    expect(statuses(await read(`/orders?before=${newest?.id}`))).toEqual(['refused', 'confirmed']);
  });

  it('does not know an order that was never placed', async () => {
    expect(await read('/orders/none')).toMatchObject({ status: 404, code: 'unknown_order' });
  });
}

describe('the order service on SQLite', () => theOrderService(createSqliteDatabase));
describeOnMariadb('the order service on MariaDB', () => theOrderService(createTestDatabase));
