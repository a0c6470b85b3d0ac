/** The whole shop with a real coordinator, over HTTP: what a customer may rely on. */
import { AssentClient, BranchRejectedError } from '@assent/client';
import { createService, type Faults, parseFaults } from '@assent/service';
import { createSqliteDatabase, type TemporaryDatabase } from '@assent/testing';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createTestDatabase, describeOnMariadb } from '../../../test/support/databases.js';
import { readConfiguration } from '../../coordinator/src/configuration/index.js';
import { Coordinator } from '../../coordinator/src/coordinator.js';
import { inventoryWith } from '../../inventory/src/inventory.module.js';
import { paymentWith } from '../../payment/src/payment.module.js';
import { orderWith } from './order.module.js';
import type { OrderView } from './orders/order.controller.js';
import type { ShopContracts } from './shop-contracts.js';

const key = `whsec_${Buffer.from('a key of thirty-two random bytes').toString('base64')}`;
const headers = { 'content-type': 'application/json' };

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come about within 20 s that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

class Shop {
  private readonly databases: TemporaryDatabase[] = [];
  private readonly services: NestFastifyApplication[] = [];
  private coordinator: Coordinator | null = null;
  readonly urls = { inventory: '', payment: '', order: '', coordinator: '' };

  constructor(private readonly openDatabase: () => Promise<TemporaryDatabase>) {}

  async open(faults: Faults | null): Promise<void> {
    const [stock, money, orders, state] = await Promise.all(Array.from({ length: 4 }, () => this.newDatabase()));
    this.urls.inventory = await this.serve(inventoryWith({ databaseUrl: String(stock), key }), faults);
    this.urls.payment = await this.serve(paymentWith({ databaseUrl: String(money), key }), faults);
    this.coordinator = await Coordinator.start(
      readConfiguration({
        ASSENT_MODE: 'development',
        ASSENT_HTTP_PORT: '0',
        ASSENT_LOG_LEVEL: 'silent',
        ASSENT_DATABASE_URL: state,
        ASSENT_KEYS_FILE: `/tmp/assent-shop-${process.pid}-${Date.now()}.json`,
        ASSENT_PARTICIPANTS: `inventory=${this.urls.inventory},payment=${this.urls.payment}`,
        ASSENT_PARTICIPANT_KEYS: `inventory=${key},payment=${key}`,
      }),
    );
    this.urls.coordinator = this.coordinator.url;
    const settings = { databaseUrl: String(orders), coordinatorUrl: this.coordinator.url, waitMs: 5_000, reconcileMs: 500 };
    this.urls.order = await this.serve(orderWith(settings), null);
    await until('the coordinator is ready', async () => (await fetch(`${this.urls.coordinator}/health/ready`)).ok);
  }

  async close(): Promise<void> {
    for (const service of this.services.reverse()) await service.close();
    await this.coordinator?.stop();
    for (const database of this.databases) await database.drop();
  }

  async seed(stock: Record<string, number>, wallets: Record<string, number>): Promise<void> {
    const put = (url: string, body: object) => fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) });
    for (const [sku, available] of Object.entries(stock)) await put(`${this.urls.inventory}/stock/${sku}`, { available });
    for (const [id, balance] of Object.entries(wallets)) await put(`${this.urls.payment}/accounts/${id}`, { balance });
  }

  async place(idempotencyKey: string, order: object): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const answer = await fetch(`${this.urls.order}/orders`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': idempotencyKey },
      body: JSON.stringify(order),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async read<T>(service: keyof Shop['urls'], path: string): Promise<T> {
    return (await (await fetch(this.urls[service] + path)).json()) as T;
  }

  /** All totals, once every transaction has ended. */
  async totals(): Promise<{ readonly stock: Record<string, number>; readonly money: Record<string, number> }> {
    for (const { gid } of await this.read<OrderView[]>('order', '/orders?limit=500')) {
      const ended = await fetch(`${this.urls.coordinator}/v1/transactions/${gid}/wait?until=final&timeoutMs=20000`);
      if (ended.status !== 200) throw new Error(`transaction ${gid} has not ended: ${await ended.text()}`);
    }
    return {
      stock: await this.read<Record<string, number>>('inventory', '/totals'),
      money: await this.read<Record<string, number>>('payment', '/totals'),
    };
  }

  private async newDatabase(): Promise<string> {
    const database = await this.openDatabase();
    this.databases.push(database);
    return database.url;
  }

  private async serve(module: DynamicModule, faults: Faults | null): Promise<string> {
    const app = await createService(module, faults);
    await app.listen(0, '127.0.0.1');
    this.services.push(app);
    return app.getUrl();
  }
}

function theShop(openDatabase: () => Promise<TemporaryDatabase>): void {
  let shop: Shop;

  afterEach(() => shop.close());

  const open = async (faults: string | null = null) => {
    shop = new Shop(openDatabase);
    await shop.open(faults === null ? null : parseFaults(faults));
  };

  it.each(['tcc', 'saga'])('sells, refuses what is sold out and what cannot be paid, and loses nothing on the way (%s)', async (mode) => {
    await open();
    // Ann could pay twice: both branches of a TCC are tried at once, so only one of them may have a reason to refuse.
    await shop.seed({ tea: 3, coffee: 100 }, { ann: 5_000, bob: 100 });
    const order = (account: string, sku: string, quantity: number) => ({ mode, account, lines: [{ sku, quantity }] });

    expect(await shop.place('k1', order('ann', 'tea', 2))).toMatchObject({ status: 201, body: { status: 'confirmed', amount: 1_200 } });
    expect(await shop.place('k2', order('ann', 'tea', 2))).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK' } });
    expect(await shop.place('k3', order('bob', 'coffee', 1))).toMatchObject({
      status: 409,
      body: { code: 'INSUFFICIENT_FUNDS', detail: 'balance 1.00, asked for 8.50' },
    });
    expect(await shop.totals()).toEqual({
      stock: { available: 101, reserved: 0, sold: 2 },
      money: { wallets: 3_900, frozen: 0, earned: 1_200, opened: 5_100, ledger: 0 },
    });
  });

  it('keeps all totals while one call in ten fails and one answer in twenty is lost', async () => {
    await open('fail=0.1,lose=0.05,seed=3');
    await shop.seed({ tea: 40, coffee: 1_000 }, { ann: 20_000, bob: 1_000_000 });
    const orders = Array.from({ length: 80 }, (_, i) => ({
      mode: i % 2 === 0 ? 'tcc' : 'saga',
      account: i % 3 === 0 ? 'ann' : 'bob',
      lines: [{ sku: 'tea', quantity: 1 }, ...(i % 5 === 0 ? [{ sku: 'coffee', quantity: 3 }] : [])],
    }));
    const answers = await Promise.all(orders.map((order, i) => shop.place(`k${i}`, order)));
    expect(answers.filter(({ status }) => ![201, 202, 409].includes(status))).toEqual([]);
    await until('every order has its outcome', async () => (await shop.read<OrderView[]>('order', '/orders?status=placed')).length === 0);

    const confirmed = await shop.read<OrderView[]>('order', '/orders?status=confirmed&limit=500');
    const { stock, money } = await shop.totals();
    const pieces = confirmed.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
    expect(stock).toEqual({ available: 1_040 - pieces, reserved: 0, sold: pieces });
    const paid = confirmed.reduce((sum, { amount }) => sum + amount, 0);
    expect(money).toEqual({ wallets: 1_020_000 - paid, frozen: 0, earned: paid, opened: 1_020_000, ledger: 0 });
    // An order that was refused for want of tea may have come while another held the last of it, and could not pay.
    const tea = confirmed.flatMap(({ lines }) => lines).filter(({ sku }) => sku === 'tea').length;
    expect(tea).toBeGreaterThan(20);
    expect((await shop.read<{ available: number }>('inventory', '/stock/tea')).available).toBe(40 - tea);
  });

  it('lets an initiator drive a transfer: submitted when its work returns, undone when it throws', async () => {
    await open();
    await shop.seed({}, { ann: 1_000, bob: 0 });
    const assent = new AssentClient<ShopContracts>({ baseUrl: shop.urls.coordinator });
    const transfer = (amount: number) =>
      assent.globalTransaction(
        'transfer',
        async (tx) => {
          await tx.try('payment.transfer', { from: 'ann', to: 'bob', amount }, { id: 'first' });
          await tx.try('payment.transfer', { from: 'ann', to: 'bob', amount }, { id: 'second' });
        },
        { wait: 'final' },
      );

    expect((await transfer(300)).transaction).toMatchObject({ status: 'committed', driver: 'initiator' });
    const failure = await transfer(250).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BranchRejectedError);
    expect(failure).toMatchObject({ branch: 'second', code: 'INSUFFICIENT_FUNDS', message: 'balance 1.50, asked for 2.50' });
    await until('the first half is undone', async () => (await shop.read<{ frozen: number }>('payment', '/accounts/ann')).frozen === 0);
    expect(await shop.read('payment', '/accounts/ann')).toEqual({ id: 'ann', balance: 400, frozen: 0 });
    expect(await shop.read('payment', '/accounts/bob')).toEqual({ id: 'bob', balance: 600, frozen: 0 });
    await assent.close();
  });

  it('shows the client the same transaction as everybody else, and waits for its end', async () => {
    await open();
    await shop.seed({ tea: 5 }, { ann: 10_000 });
    const assent = new AssentClient<ShopContracts>({ baseUrl: shop.urls.coordinator });
    const result = await assent
      .saga('checkout', { key: 'order-77' })
      .step('inventory.deduct', { lines: [{ sku: 'tea', quantity: 2 }] }, { id: 'stock' })
      .step('payment.charge', { account: 'ann', amount: 50_000 }, { id: 'charge' })
      .run({ wait: 'final', timeoutMs: 10_000 });
    expect(result).toMatchObject({
      status: 'aborted',
      key: 'order-77',
      rejection: { branch: 'charge', code: 'INSUFFICIENT_FUNDS', message: 'balance 100.00, asked for 500.00' },
    });
    expect(result.branches.map(({ id, forward, end }) => [id, forward?.outcome, end?.outcome])).toEqual([
      ['stock', 'succeeded', 'succeeded'],
      ['charge', 'rejected', expect.anything()],
    ]);
    expect((await assent.get(result.gid))?.status).toBe('aborted');
    expect(await assent.get('nobody')).toBeNull();
    await assent.close();
  });
}

describe('the shop on SQLite', () => theShop(createSqliteDatabase));
describeOnMariadb('the shop on MariaDB', () => theShop(createTestDatabase));
