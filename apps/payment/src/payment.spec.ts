import { createService, databaseOptions } from '@assent/service';
import { BranchCaller, createSqliteDatabase, type TemporaryDatabase } from '@assent/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { createTestDatabase, describeOnMariadb } from '../../../test/support/databases.js';
import { paymentWith } from './payment.module.js';

const key = `whsec_${Buffer.from('a key of thirty-two random bytes').toString('base64')}`;
const contentType = { 'content-type': 'application/json' };

function thePaymentService(openDatabase: () => Promise<TemporaryDatabase>): void {
  let database: TemporaryDatabase;
  let app: NestFastifyApplication;
  let baseUrl: string;
  let coordinator: BranchCaller;
  let branches = 0;

  beforeAll(async () => {
    database = await openDatabase();
    app = await createService(paymentWith({ databaseUrl: database.url, key }), null);
    await app.listen(0, '127.0.0.1');
    baseUrl = await app.getUrl();
    coordinator = new BranchCaller(baseUrl, key);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const open = (id: string, balance: number) =>
    fetch(`${baseUrl}/accounts/${id}`, { method: 'PUT', headers: contentType, body: JSON.stringify({ balance }) });

  const read = async (path: string) => (await (await fetch(`${baseUrl}${path}`)).json()) as Record<string, number>;

  const account = async (id: string) => {
    const { balance, frozen } = await read(`/accounts/${id}`);
    return { balance, frozen };
  };

  const earned = async () => (await read('/totals')).earned as number;

  /** A branch of its own transaction, which can be asked for its ops. */
  const aBranch = (contract: string, payload: object) => {
    branches += 1;
    const gid = `g${branches}`;
    return { gid, ask: (op: string, attempt = 1) => coordinator.call({ gid, branch: 'b', contract, op, attempt, payload }) };
  };

  /** Everything that must hold whatever has happened. */
  const expectNothingLost = async () => {
    const { wallets, frozen, earned: earnings, opened, ledger } = await read('/totals');
    expect({ sum: (wallets ?? 0) + (frozen ?? 0) + (earnings ?? 0), ledger }).toEqual({ sum: opened, ledger: 0 });
  };

  afterEach(expectNothingLost);

  it('freezes by try, settles with the merchant by confirm', async () => {
    await open('ann', 5_000);
    const before = await earned();
    const branch = aBranch('payment.freeze', { account: 'ann', amount: 1_200 });
    expect((await branch.ask('try')).status).toBe(204);
    expect(await account('ann')).toEqual({ balance: 3_800, frozen: 1_200 });
    await branch.ask('confirm');
    expect((await branch.ask('confirm', 2)).status).toBe(204);
    expect(await account('ann')).toEqual({ balance: 3_800, frozen: 0 });
    expect(await earned()).toBe(before + 1_200);
  });

  it('shows that its books add up, and by how much they do not when somebody changes an account by hand', async () => {
    const drift = async (of: string) => {
      const text = await (await fetch(`${baseUrl}/metrics`)).text();
      return new RegExp(`^shop_ledger_drift\\{service="payment",book="${of}"\\} (.*)$`, 'm').exec(text)?.[1];
    };
    const later = Date.now() + 15_000;
    await open('zoe', 700);
    expect([await drift('accounts'), await drift('entries')]).toEqual(['0', '0']);
    const byHand = await new DataSource(databaseOptions(database.url, { entities: [], migrations: [] })).initialize();
    await byHand.query("UPDATE account SET balance = balance + 5 WHERE id = 'zoe'");
    // Read anew at most every five seconds.
    while ((await drift('accounts')) === '0' && Date.now() < later) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await drift('accounts')).toBe('5');
    await byHand.query("UPDATE account SET balance = balance - 5 WHERE id = 'zoe'");
    await byHand.destroy();
  });

  it('unfreezes by cancel', async () => {
    await open('bob', 500);
    const branch = aBranch('payment.freeze', { account: 'bob', amount: 500 });
    await branch.ask('try');
    expect((await branch.ask('cancel')).status).toBe(204);
    expect(await account('bob')).toEqual({ balance: 500, frozen: 0 });
  });

  it('has nothing to unfreeze when the try never came, and keeps it out when it comes late', async () => {
    await open('late', 500);
    const branch = aBranch('payment.freeze', { account: 'late', amount: 500 });
    expect((await branch.ask('cancel')).status).toBe(204);
    expect(await branch.ask('try')).toMatchObject({ status: 409, body: { code: 'rolled_back' } });
    expect(await account('late')).toEqual({ balance: 500, frozen: 0 });
  });

  it('charges as a saga step and refunds when compensated', async () => {
    await open('cem', 1_000);
    const before = await earned();
    const branch = aBranch('payment.charge', { account: 'cem', amount: 999 });
    expect((await branch.ask('action')).status).toBe(204);
    expect([await account('cem'), await earned()]).toEqual([{ balance: 1, frozen: 0 }, before + 999]);
    expect((await branch.ask('compensate')).status).toBe(204);
    expect([await account('cem'), await earned()]).toEqual([{ balance: 1_000, frozen: 0 }, before]);
  });

  it('says what is there and what was asked for when an account is too poor', async () => {
    await open('dan', 1_200);
    const refusal = { status: 409, body: { code: 'INSUFFICIENT_FUNDS', detail: 'balance 12.00, asked for 40.00' } };
    expect(await aBranch('payment.freeze', { account: 'dan', amount: 4_000 }).ask('try')).toMatchObject(refusal);
    expect(await aBranch('payment.charge', { account: 'dan', amount: 4_000 }).ask('action')).toMatchObject(refusal);
    expect(await account('dan')).toEqual({ balance: 1_200, frozen: 0 });
  });

  it('refuses an account that does not exist, and one that differs in case only', async () => {
    await open('eve', 1_000);
    const refusal = { status: 409, body: { code: 'UNKNOWN_ACCOUNT' } };
    expect(await aBranch('payment.freeze', { account: 'nobody', amount: 1 }).ask('try')).toMatchObject(refusal);
    expect(await aBranch('payment.charge', { account: 'EVE', amount: 1 }).ask('action')).toMatchObject(refusal);
    expect(await aBranch('payment.transfer', { from: 'eve', to: 'nobody', amount: 1 }).ask('try')).toMatchObject(refusal);
  });

  it('moves money between customers only when confirmed', async () => {
    await open('fay', 100);
    await open('gus', 100);
    const moved = aBranch('payment.transfer', { from: 'fay', to: 'gus', amount: 60 });
    await moved.ask('try');
    expect([await account('fay'), await account('gus')]).toEqual([
      { balance: 40, frozen: 60 },
      { balance: 100, frozen: 0 },
    ]);
    await moved.ask('confirm');
    const undone = aBranch('payment.transfer', { from: 'fay', to: 'gus', amount: 40 });
    await undone.ask('try');
    await undone.ask('cancel');
    expect([await account('fay'), await account('gus')]).toEqual([
      { balance: 40, frozen: 0 },
      { balance: 160, frozen: 0 },
    ]);
  });

  it('carries out transfers a to b and b to a at once without a deadlock', async () => {
    await open('here', 10_000);
    await open('there', 10_000);
    const directions = [
      { from: 'here', to: 'there', amount: 10 },
      { from: 'there', to: 'here', amount: 10 },
    ];
    const transfers = Array.from({ length: 100 }, (_, i) => aBranch('payment.transfer', directions[i % 2] as object));
    const tries = await Promise.all(transfers.map((branch) => branch.ask('try')));
    const confirms = await Promise.all(transfers.map((branch) => branch.ask('confirm')));
    expect([...tries, ...confirms].filter(({ status }) => status !== 204)).toEqual([]);
    expect([await account('here'), await account('there')]).toEqual([
      { balance: 10_000, frozen: 0 },
      { balance: 10_000, frozen: 0 },
    ]);
  });

  it('spends no more than there is, however many ask at once', async () => {
    await open('few', 1_000);
    const charges = await Promise.all(
      Array.from({ length: 50 }, () => aBranch('payment.charge', { account: 'few', amount: 100 }).ask('action')),
    );
    expect(charges.filter(({ status }) => status === 204)).toHaveLength(10);
    expect(charges.filter(({ status }) => status === 409)).toHaveLength(40);
    expect(await account('few')).toEqual({ balance: 0, frozen: 0 });
  });

  it.each([
    ['nothing', 'payment.charge', { account: 'ann', amount: 0 }],
    ['half a cent', 'payment.charge', { account: 'ann', amount: 0.5 }],
    ['less than nothing', 'payment.freeze', { account: 'ann', amount: -100 }],
    ['more than there is in the world', 'payment.freeze', { account: 'ann', amount: 1e13 }],
    ['text', 'payment.freeze', { account: 'ann', amount: '100' }],
    ['the merchant to pay', 'payment.charge', { account: 'merchant', amount: 100 }],
    ['a transfer to oneself', 'payment.transfer', { from: 'ann', to: 'ann', amount: 100 }],
  ])('refuses to move %s as payload_invalid', async (_, contract, payload) => {
    const op = contract === 'payment.charge' ? 'action' : 'try';
    expect(await aBranch(contract, payload).ask(op)).toMatchObject({ status: 409, body: { code: 'payload_invalid' } });
  });

  it('cannot be brought below zero even by hand', async () => {
    await open('checked', 1);
    await expect(app.get(DataSource).query(`UPDATE account SET balance = -1 WHERE id = 'checked'`)).rejects.toThrow();
    await expect(app.get(DataSource).query(`UPDATE account SET frozen = -1 WHERE id = 'checked'`)).rejects.toThrow();
  });

  it('enters every movement once: a second one under the same branch and op does not go in', async () => {
    const dataSource = app.get(DataSource);
    const enter = `INSERT INTO ledger_entry (gid, branch, op, account, place, amount) VALUES ('m', 'b', 'try', 'ann', 'balance', 0)`;
    await dataSource.query(enter);
    await expect(dataSource.query(enter)).rejects.toThrow();
  });

  it('opens an account once, also when two ask at the same moment', async () => {
    const answers = await Promise.all([open('twin', 700), open('twin', 700), open('twin', 700)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await open('twin', 99);
    expect(await account('twin')).toEqual({ balance: 700, frozen: 0 });
  });

  it('lists accounts page by page', async () => {
    const ids = async (path: string) => ((await (await fetch(`${baseUrl}${path}`)).json()) as { id: string }[]).map(({ id }) => id);
    const first = await ids('/accounts?limit=2');
    const all = await ids('/accounts?limit=1000');
    expect([...first, ...(await ids(`/accounts?limit=1000&after=${first[1]}`))]).toEqual(all);
    expect(all).toContain('merchant');
  });

  it.each([
    ['PUT', '/accounts/ann', '{"balance":-1}', 422],
    ['PUT', '/accounts/ann', '{"balance":"12.00"}', 422],
    ['PUT', '/accounts/a%2Fb', '{"balance":1}', 422],
    ['PUT', '/accounts/ann', 'null', 422],
    ['PUT', '/accounts/ann', '', 400],
    ['GET', '/accounts?limit=many', null, 422],
    ['GET', '/accounts/nobody', null, 404],
  ])('answers bad input with a problem: %s %s %s', async (method, path, body, status) => {
    const answer = await fetch(`${baseUrl}${path}`, { method, headers: body === null ? {} : contentType, body });
    expect(await answer.json()).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/), detail: expect.any(String) });
    expect(answer.status).toBe(status);
  });
}

describe('the payment service on SQLite', () => thePaymentService(createSqliteDatabase));
describeOnMariadb('the payment service on MariaDB', () => thePaymentService(createTestDatabase));
