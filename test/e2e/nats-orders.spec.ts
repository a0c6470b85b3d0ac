/**
 * Orders of the shop over NATS, with the broker killed and an instance lost on the way: totals are exact and every transaction ends.
 * `ASSENT_NATS_ORDERS=10000` makes it the long run; by default it is a short one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createService, readNatsUrl } from '@assent/service';
import { connect } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { inventoryWith } from '../../apps/inventory/src/inventory.module.js';
import { paymentWith } from '../../apps/payment/src/payment.module.js';
import { createTestDatabase, mariadbUrl, type TestDatabase } from '../support/databases.js';
import { freePort } from '../support/mariadb.js';
import { type NatsServer, natsIsInstalled, startNats } from '../support/nats.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { EventCounter } from './support/event-counter.js';

const ORDERS = Number(process.env.ASSENT_NATS_ORDERS ?? '240');
const AT_ONCE = 24;
const KILLS = 3;
const STOCK = ORDERS;
const WALLET = 1_000_000_000;
const PRICE = 100;
/** Ten minutes for the long run. */
const WITHIN_MS = 120_000 + ORDERS * 60;

const suite = natsIsInstalled() && mariadbUrl !== null ? describe : describe.skip;
const root = new URL('../../', import.meta.url);
const typescript = new URL('./support/typescript.mjs', import.meta.url).href;
const contentType = { 'content-type': 'application/json' };

suite('Orders over NATS', () => {
  let folder: TestFolder;
  let nats: NatsServer;
  let coordinator: TestCoordinator;
  let databases: TestDatabase[];
  let ofCoordinator: TestDatabase;
  let services: NestFastifyApplication[];
  let counter: EventCounter | null;
  let urls: Record<'inventory' | 'payment', string>;

  beforeEach(async () => {
    folder = testFolder();
    nats = await startNats();
    ofCoordinator = await createTestDatabase();
    databases = [ofCoordinator, await createTestDatabase(), await createTestDatabase()];
    coordinator = await startCoordinator(folder, {
      ASSENT_DATABASE_URL: ofCoordinator.url,
      ASSENT_PARTICIPANTS: 'inventory=nats:,payment=nats:',
      ASSENT_NATS_URL: nats.url,
    });
    services = [];
    counter = null;
    urls = { inventory: await serve('inventory'), payment: await serve('payment') };
    await put(`${urls.inventory}/stock/tea`, { available: STOCK });
    await put(`${urls.payment}/accounts/ada`, { balance: WALLET });
  });
  afterEach(async () => {
    await coordinator.stop();
    await counter?.stop();
    for (const service of services) await service.close();
    await nats.stop();
    for (const database of databases) await database.drop();
    folder.remove();
  });

  /** One more instance, served over NATS only. Returns where its own API is. */
  async function serve(name: 'inventory' | 'payment'): Promise<string> {
    const read = readNatsUrl(nats.url);
    const serving = { http: 'off' as const, ...('value' in read && { nats: read.value }) };
    const options = { databaseUrl: databases[name === 'inventory' ? 1 : 2]?.url ?? '', key: coordinator.key(name), serving };
    const service = await createService(name === 'inventory' ? inventoryWith(options) : paymentWith(options), null);
    await service.listen(0, '127.0.0.1');
    services.push(service);
    return service.getUrl();
  }

  /** A second instance, as a process of its own. */
  async function spawnSecond(name: 'inventory' | 'payment'): Promise<ChildProcess> {
    const prefix = name.toUpperCase();
    const port = await freePort();
    const child = spawn(process.execPath, ['--import', typescript, fileURLToPath(new URL(`apps/${name}/src/main.ts`, root))], {
      env: {
        PATH: process.env.PATH ?? '',
        [`${prefix}_HTTP_PORT`]: String(port),
        [`${prefix}_DATABASE_URL`]: databases[name === 'inventory' ? 1 : 2]?.url ?? '',
        [`${prefix}_KEY`]: coordinator.key(name),
        ASSENT_NATS_URL: nats.url,
        ASSENT_BRANCHES_OVER: 'nats',
      },
      stdio: 'ignore',
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(`the second ${name} is up`, isUp, 30_000);
    return child;
  }

  async function put(url: string, body: object): Promise<void> {
    const answer = await fetch(url, { method: 'PUT', headers: contentType, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  }

  /** By TCC and saga in turn; every seventh asks for more than there is. */
  function orderOf(n: number): Record<string, unknown> {
    const lines = [{ sku: 'tea', quantity: n % 7 === 6 ? STOCK + 1 : 1 }];
    if (n % 7 === 6 && STOCK >= 1_000) lines[0] = { sku: 'nobody-has-it', quantity: 1 };
    const money = { account: 'ada', amount: PRICE };
    const [first, second, pattern] =
      n % 2 === 0 ? ['inventory.reserve', 'payment.freeze', 'tcc'] : ['inventory.deduct', 'payment.charge', 'saga'];
    const branches = [
      { id: 'goods', contract: first, payload: { lines } },
      { id: 'money', contract: second, payload: money },
    ];
    return { gid: randomUUID(), name: 'order', pattern, branches, wait: 'final', timeoutMs: 30_000 };
  }

  /** Places all of them and returns how each ended. */
  async function placeAll(count: number, onEnd: (ended: number) => void): Promise<string[]> {
    const ends: string[] = [];
    let next = 0;
    const work = async () => {
      while (next < count) {
        const order = orderOf(next++);
        const placed = await coordinator.post('/v1/transactions', order);
        let status = String(placed.body.status);
        await until(
          `${String(order.gid)} is final`,
          async () => {
            if (status === 'committed' || status === 'aborted') return true;
            status = String((await coordinator.get(`/v1/transactions/${String(order.gid)}`)).body.status);
            return false;
          },
          120_000,
        );
        ends.push(status);
        onEnd(ends.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return ends;
  }

  async function totals(): Promise<object> {
    const stock = (await (await fetch(`${urls.inventory}/stock/tea`)).json()) as Record<string, number>;
    const account = (await (await fetch(`${urls.payment}/accounts/ada`)).json()) as Record<string, number>;
    return { available: stock.available, reserved: stock.reserved, sold: stock.sold, balance: account.balance, frozen: account.frozen };
  }

  async function another(): Promise<TestDatabase> {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  }

  /** Against what the coordinator's database says: nothing is missing, nothing is there twice, nothing is there that was not durable. */
  async function expectEachEventOnce(by: EventCounter): Promise<void> {
    await until('every event has been counted', () => by.isAtRest(), 60_000 + ORDERS * 10);
    const announced = await by.announced();
    expect(new Set(announced).size).toBe(announced.length);
    const known = new Set(announced);
    const ends = await by.ends();
    expect([ends.length, ends.filter((end) => !known.has(end))]).toEqual([ORDERS, []]);
    const begun = announced.filter((event) => event.endsWith(':1 active'));
    expect(begun).toHaveLength(ORDERS);
    expect(await by.counted()).toEqual(announced);
    expect([...new Set(await by.published())]).toEqual(announced);
  }

  const expectedAfter = (committed: number) => ({
    available: STOCK - committed,
    reserved: 0,
    sold: committed,
    balance: WALLET - committed * PRICE,
    frozen: 0,
  });

  it(
    'end with exact totals, and each of their events counts once, although the broker is killed three times',
    async () => {
      let kills = 0;
      let mending: Promise<void> = Promise.resolve();
      const killAndRestart = async () => {
        await nats.kill();
        await nats.restart();
      };
      counter = await EventCounter.start(await another(), ofCoordinator, `127.0.0.1:${nats.port}`);
      const ends = await placeAll(ORDERS, (ended) => {
        if (kills < KILLS && ended >= ((kills + 1) * ORDERS) / (KILLS + 1)) {
          kills += 1;
          mending = mending.then(killAndRestart);
        }
      });
      await mending;
      const committed = ends.filter((end) => end === 'committed').length;
      expect([kills, ends.length, committed > ORDERS / 2]).toEqual([KILLS, ORDERS, true]);
      expect(await totals()).toEqual(expectedAfter(committed));
      await expectEachEventOnce(counter);
    },
    WITHIN_MS,
  );

  it(
    'do not fail when one of two instances of each participant is killed',
    async () => {
      const seconds = [await spawnSecond('inventory'), await spawnSecond('payment')];
      const ends = await placeAll(140, (ended) => {
        if (ended === 40) for (const second of seconds) second.kill('SIGKILL');
      });
      expect(seconds.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL', 'SIGKILL']);
      const committed = ends.filter((end) => end === 'committed').length;
      // Every seventh order asks for what is not there; nothing else fails.
      expect(committed).toBe(120);
      expect(await totals()).toEqual(expectedAfter(committed));
    },
    WITHIN_MS,
  );

  it(
    'that do not need a participant that hangs are not held up by those that do',
    async () => {
      await services.pop()?.close();
      const silent = await connect({ servers: nats.url });
      let heard = 0;
      silent.subscribe('assent.payment.>', { callback: () => void heard++ });
      await silent.flush();
      // More than the places of a participant: its queue stands.
      const money = { id: 'money', contract: 'payment.charge', payload: { account: 'ada', amount: PRICE } };
      const stuck = await Promise.all(
        Array.from({ length: 100 }, () => coordinator.post('/v1/transactions', { gid: randomUUID(), pattern: 'saga', branches: [money] })),
      );
      await until('every place of the participant that hangs is taken', () => heard >= 64);
      const goods = { id: 'goods', contract: 'inventory.deduct', payload: { lines: [{ sku: 'tea', quantity: 1 }] } };
      const free = { pattern: 'saga', branches: [goods], wait: 'final', timeoutMs: 10_000 };
      const ends = await Promise.all(
        Array.from({ length: 100 }, () => coordinator.post('/v1/transactions', { ...free, gid: randomUUID() })),
      );
      expect(stuck.map(({ status }) => status)).toEqual(Array(100).fill(202));
      expect(ends.map(({ body }) => body.status)).toEqual(Array(100).fill('committed'));
      await silent.close();
    },
    WITHIN_MS,
  );
});
