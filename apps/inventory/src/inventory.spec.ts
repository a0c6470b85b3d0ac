import { createService } from '@assent/service';
import { BranchCaller, createSqliteDatabase, type TemporaryDatabase } from '@assent/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { createTestDatabase, describeOnMariadb } from '../../../test/support/databases.js';
import { inventoryWith } from './inventory.module.js';

const key = `whsec_${Buffer.from('a key of thirty-two random bytes').toString('base64')}`;
const contentType = { 'content-type': 'application/json' };

function theInventory(openDatabase: () => Promise<TemporaryDatabase>): void {
  let database: TemporaryDatabase;
  let app: NestFastifyApplication;
  let baseUrl: string;
  let coordinator: BranchCaller;
  let branches = 0;

  beforeAll(async () => {
    database = await openDatabase();
    app = await createService(inventoryWith({ databaseUrl: database.url, key }), null);
    await app.listen(0, '127.0.0.1');
    baseUrl = await app.getUrl();
    coordinator = new BranchCaller(baseUrl, key);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const stockUp = (sku: string, available: number) =>
    fetch(`${baseUrl}/stock/${sku}`, { method: 'PUT', headers: contentType, body: JSON.stringify({ available }) });

  const onTheShelf = async (sku: string) => {
    const { available, reserved, sold } = (await (await fetch(`${baseUrl}/stock/${sku}`)).json()) as Record<string, number>;
    return { available, reserved, sold };
  };

  /** A branch of its own transaction, which can be asked for its ops. */
  const aBranch = (contract: string, lines: object[]) => {
    branches += 1;
    const gid = `g${branches}`;
    return { gid, ask: (op: string, attempt = 1) => coordinator.call({ gid, branch: 'b', contract, op, attempt, payload: { lines } }) };
  };

  it('reserves by try, sells by confirm', async () => {
    await stockUp('tea', 10);
    const branch = aBranch('inventory.reserve', [{ sku: 'tea', quantity: 3 }]);
    expect((await branch.ask('try')).status).toBe(204);
    expect(await onTheShelf('tea')).toEqual({ available: 7, reserved: 3, sold: 0 });
    expect((await branch.ask('confirm')).status).toBe(204);
    expect((await branch.ask('confirm', 2)).status).toBe(204);
    expect(await onTheShelf('tea')).toEqual({ available: 7, reserved: 0, sold: 3 });
  });

  it('shows what it holds for transactions that have not ended, and nothing overdue while they are young', async () => {
    await stockUp('kettle', 10);
    const branch = aBranch('inventory.reserve', [{ sku: 'kettle', quantity: 3 }]);
    await branch.ask('try');
    const shown = await (await fetch(`${baseUrl}/metrics`)).text();
    expect(shown).toMatch(/^shop_reservations_open\{service="inventory"\} [1-9]/m);
    expect(shown).toMatch(/^shop_reservations_overdue\{service="inventory"\} 0$/m);
    await branch.ask('cancel');
  });

  it('releases by cancel, and stays released when the try is delivered again', async () => {
    await stockUp('coffee', 5);
    const branch = aBranch('inventory.reserve', [{ sku: 'coffee', quantity: 2 }]);
    await branch.ask('try');
    expect((await branch.ask('cancel')).status).toBe(204);
    await branch.ask('try', 2);
    expect(await onTheShelf('coffee')).toEqual({ available: 5, reserved: 0, sold: 0 });
  });

  it('sells at once as a saga step, and puts back when compensated', async () => {
    await stockUp('cup', 5);
    const branch = aBranch('inventory.deduct', [{ sku: 'cup', quantity: 4 }]);
    expect((await branch.ask('action')).status).toBe(204);
    expect(await onTheShelf('cup')).toEqual({ available: 1, reserved: 0, sold: 4 });
    expect((await branch.ask('compensate')).status).toBe(204);
    expect(await onTheShelf('cup')).toEqual({ available: 5, reserved: 0, sold: 0 });
  });

  it('takes an order of several SKUs whole or not at all', async () => {
    await stockUp('pot', 10);
    await stockUp('lid', 1);
    const branch = aBranch('inventory.reserve', [
      { sku: 'pot', quantity: 2 },
      { sku: 'lid', quantity: 2 },
    ]);
    expect(await branch.ask('try')).toMatchObject({
      status: 409,
      body: { code: 'OUT_OF_STOCK', detail: 'lid has 1 left, asked for 2' },
    });
    expect(await onTheShelf('pot')).toEqual({ available: 10, reserved: 0, sold: 0 });
    expect(await onTheShelf('lid')).toEqual({ available: 1, reserved: 0, sold: 0 });
    expect((await branch.ask('cancel')).status).toBe(204);
    expect(await onTheShelf('pot')).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  it('adds up the lines of one SKU', async () => {
    await stockUp('spoon', 5);
    const lines = [
      { sku: 'spoon', quantity: 3 },
      { sku: 'spoon', quantity: 3 },
    ];
    expect((await aBranch('inventory.deduct', lines).ask('action')).status).toBe(409);
    expect((await aBranch('inventory.deduct', lines.slice(1)).ask('action')).status).toBe(204);
    expect(await onTheShelf('spoon')).toEqual({ available: 2, reserved: 0, sold: 3 });
  });

  it('tells a SKU that is sold out from one that does not exist, in upper case too', async () => {
    await stockUp('gone', 0);
    expect(await aBranch('inventory.reserve', [{ sku: 'gone', quantity: 1 }]).ask('try')).toMatchObject({
      body: { code: 'OUT_OF_STOCK', detail: 'gone is sold out, asked for 1' },
    });
    expect(await aBranch('inventory.reserve', [{ sku: 'GONE', quantity: 1 }]).ask('try')).toMatchObject({
      status: 409,
      body: { code: 'UNKNOWN_SKU' },
    });
  });

  it.each([
    ['no lines', []],
    ['a quantity of nothing', [{ sku: 'tea', quantity: 0 }]],
    ['a broken quantity', [{ sku: 'tea', quantity: 1.5 }]],
    ['a quantity beyond reason', [{ sku: 'tea', quantity: 1_001 }]],
    ['a field of its own', [{ sku: 'tea', quantity: 1, price: 5 }]],
  ])('refuses an order with %s as payload_invalid', async (_, lines) => {
    expect(await aBranch('inventory.reserve', lines).ask('try')).toMatchObject({ status: 409, body: { code: 'payload_invalid' } });
  });

  it('sells 100 units to 200 buyers at once: 100 get one, 100 are refused, none is reserved twice', async () => {
    await stockUp('limited', 100);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => aBranch('inventory.reserve', [{ sku: 'limited', quantity: 1 }]).ask('try')),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(100);
    expect(answers.filter(({ body }) => (body as { code?: string } | null)?.code === 'OUT_OF_STOCK')).toHaveLength(100);
    expect(await onTheShelf('limited')).toEqual({ available: 0, reserved: 100, sold: 0 });
  });

  it('lets two orders of the same SKUs in opposite order pass each other without a deadlock', async () => {
    await stockUp('left', 1_000);
    await stockUp('right', 1_000);
    const there = [
      { sku: 'left', quantity: 1 },
      { sku: 'right', quantity: 1 },
    ];
    const orders = Array.from({ length: 60 }, (_, i) => aBranch('inventory.deduct', i % 2 === 0 ? there : [...there].reverse()));
    const answers = await Promise.all(orders.map((branch) => branch.ask('action')));
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 204));
    expect(await onTheShelf('left')).toEqual({ available: 940, reserved: 0, sold: 60 });
  });

  it('keeps the sum of every SKU as it was stocked, and shows the totals', async () => {
    const items = (await (await fetch(`${baseUrl}/stock?limit=1000`)).json()) as { available: number; reserved: number; sold: number }[];
    const sum = (place: 'available' | 'reserved' | 'sold') => items.reduce((all, item) => all + item[place], 0);
    expect(await (await fetch(`${baseUrl}/totals`)).json()).toEqual({
      available: sum('available'),
      reserved: sum('reserved'),
      sold: sum('sold'),
    });
  });

  it('cannot be brought below zero even by hand', async () => {
    await stockUp('checked', 1);
    const byHand = app.get(DataSource).query(`UPDATE stock SET available = -1 WHERE sku = 'checked'`);
    await expect(byHand).rejects.toThrow();
  });

  it('notes every movement once: a second one under the same branch and op does not go in', async () => {
    const dataSource = app.get(DataSource);
    const note = `INSERT INTO stock_movement (gid, branch, op, sku, quantity) VALUES ('m', 'b', 'try', 'tea', 1)`;
    await dataSource.query(note);
    await expect(dataSource.query(note)).rejects.toThrow();
  });

  it('stocks a SKU once: seeding again changes nothing', async () => {
    await stockUp('seeded', 10);
    expect((await stockUp('seeded', 99)).status).toBe(200);
    expect(await onTheShelf('seeded')).toEqual({ available: 10, reserved: 0, sold: 0 });
  });

  it.each([
    ['PUT', '/stock/tea', '{"available":-1}', 422],
    ['PUT', '/stock/tea', '{"available":1,"sold":5}', 422],
    ['PUT', '/stock/tea', '{"available":', 400],
    ['PUT', '/stock/tea', '{"__proto__":{"available":1}}', 400],
    ['PUT', '/stock/t%20a', '{"available":1}', 422],
    ['PUT', '/stock/tea', 'available=1', 400],
    ['GET', '/stock?limit=0', null, 422],
    ['GET', '/stock/nobody', null, 404],
    ['GET', '/nowhere', null, 404],
  ])('answers bad input with a problem: %s %s %s', async (method, path, body, status) => {
    const answer = await fetch(`${baseUrl}${path}`, { method, headers: body === null ? {} : contentType, body });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/), detail: expect.any(String) });
    expect(answer.status).toBe(status);
  });

  it('says that it is well', async () => {
    expect(await (await fetch(`${baseUrl}/health`)).json()).toEqual({ status: 'ok' });
  });
}

describe('the inventory on SQLite', () => theInventory(createSqliteDatabase));
describeOnMariadb('the inventory on MariaDB', () => theInventory(createTestDatabase));
