/** Consumers in a Nest application, on a NATS server that is killed, and the operator's requests. */
import { ensureEventStream } from '@assent/nats';
import type { TransactionEvent } from '@assent/protocol';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Injectable, Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { describeOnNats, type NatsServer, startNats } from '../../../../test/support/nats.js';
import {
  OnOutcome,
  type OutcomeContext,
  OutcomeLags,
  OutcomeMetrics,
  OutcomesModule,
  type OutcomesOptions,
  outcomeMigrations,
} from '../../src/index.js';
import { migrations, type OpenedDatabase, openSqlite } from '../support/data-sources.js';

@Injectable()
class Ledger {
  /** Transactions whose events it cannot handle now. */
  readonly poison = new Set<string>();
  readonly attempts: string[] = [];

  @OnOutcome('checkout', { consumer: 'ledger' })
  async note({ gid, version }: TransactionEvent, { manager, attempt }: OutcomeContext): Promise<void> {
    this.attempts.push(`${gid} ${attempt}`);
    await manager.query('INSERT INTO effect (gid, branch, op) VALUES (?, ?, ?)', [gid, 'ledger', `v${version}`]);
    if (this.poison.has(gid)) throw new Error('no such account');
  }
}

@Module({ providers: [Ledger], exports: [Ledger] })
class LedgerModule {}

async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`after ${withinMs} ms still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const retry = { attempts: 3, firstMs: 20, multiplier: 2, capMs: 100 };

describeOnNats('consumers of events in an application', () => {
  let server: NatsServer;
  let database: OpenedDatabase;
  const running = new Set<NestFastifyApplication>();

  beforeEach(async () => {
    server = await startNats();
    database = await openSqlite()({ migrations: [...migrations, ...outcomeMigrations] });
  });
  afterEach(async () => {
    for (const app of running) await app.close();
    running.clear();
    await server.stop();
    await database.drop();
  });

  async function start(options: Partial<OutcomesOptions> = {}): Promise<NestFastifyApplication> {
    const nats = { servers: [`127.0.0.1:${server.port}`] };
    const outcomes = OutcomesModule.forRoot({ name: 'shop', nats, retry, ...options });
    const imports = [TypeOrmModule.forRoot({ ...database.options, retryAttempts: 0 }), outcomes, LedgerModule];
    const module = await Test.createTestingModule({ imports }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    running.add(app);
    await app.listen(0, '127.0.0.1');
    return app;
  }

  async function publish(...gids: readonly string[]): Promise<void> {
    const connection = await connect({ servers: [`127.0.0.1:${server.port}`] });
    try {
      await ensureEventStream(await jetstreamManager(connection));
      const client = jetstream(connection);
      for (const gid of gids) {
        const event = { gid, version: 2, name: 'checkout', status: 'committed' };
        await client.publish('assent.tx.checkout.committed', JSON.stringify(event), { msgID: `${gid}:2`, retries: 20 });
      }
    } finally {
      await connection.close();
    }
  }

  /** How often each event took effect. */
  async function effects(app: NestFastifyApplication): Promise<ReadonlyMap<string, number>> {
    const rows = await app
      .get<DataSource>(getDataSourceToken())
      .query<{ gid: string; n: number }[]>('SELECT gid, COUNT(*) AS n FROM effect GROUP BY gid');
    return new Map(rows.map(({ gid, n }) => [gid, Number(n)]));
  }

  async function call(app: NestFastifyApplication, method: 'GET' | 'POST', path: string, body?: object, key?: string) {
    const headers = { ...(body && { 'content-type': 'application/json' }), ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    const answer = await fetch(`${await app.getUrl()}/assent/dead-letters${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & { readonly letters?: readonly unknown[] } };
  }

  it('handle every event once, although the server is killed three times and they begin before it has anything', async () => {
    const app = await start();
    const expected = new Map<string, number>();
    for (let round = 0; round < 4; round += 1) {
      const gids = Array.from({ length: 50 }, (_, place) => `g-${round}-${place}`);
      for (const gid of gids) expected.set(gid, 1);
      await publish(...gids);
      if (round === 3) break;
      await until('some have arrived', async () => (await effects(app)).size > round * 50);
      await server.kill('SIGKILL');
      await server.restart();
    }
    await until('all have arrived', async () => (await effects(app)).size === expected.size);
    expect(await effects(app)).toEqual(expected);
  }, 60_000);

  it('go on where they were after a restart of the service', async () => {
    await (await start()).close();
    running.clear();
    await publish('while-it-was-away');
    const app = await start();
    await until('it has arrived', async () => (await effects(app)).has('while-it-was-away'));
  });

  it('say how far behind they are, and by when an event that cannot be handled was published', async () => {
    const app = await start({ retry: { attempts: 1_000, firstMs: 20, multiplier: 1, capMs: 20 } });
    const lag = async () => (await app.get(OutcomeLags).now())[0];
    app.get(Ledger).poison.add('g-ill');
    const publishedAt = Date.now();
    await publish('g-well', 'g-ill', 'g-later');
    await until('the others have arrived', async () => (await effects(app)).size === 2);
    await until('it is behind', async () => ((await lag())?.lagMs ?? 0) > 300);
    expect(await lag()).toEqual({ consumer: 'ledger', lagMs: expect.any(Number) });
    expect((await lag())?.lagMs).toBeLessThanOrEqual(Date.now() - publishedAt + 1_000);
    app.get(Ledger).poison.clear();
    await until('it is not behind any more', async () => (await lag())?.lagMs === 0);
  });

  it('show Prometheus what they did, their dead letters and how far behind they are, and go on showing it without NATS', async () => {
    const app = await start({ retry: { attempts: 2, firstMs: 500, multiplier: 1, capMs: 500 } });
    const registry = new Registry();
    app.get(OutcomeMetrics).registerIn(registry);
    const shown = async (name: string, labels = '') => {
      const line = new RegExp(`^${name}\\{service="shop",consumer="ledger"${labels}\\} (\\S+)$`, 'm').exec(await registry.metrics());
      return line === null ? null : Number(line[1]);
    };
    expect(await shown('assent_consumer_events_total', ',outcome="dead_letter"')).toBe(0);
    expect(await shown('assent_consumer_redeliveries_total')).toBe(0);
    expect(await shown('assent_consumer_dead_letters')).toBe(0);
    app.get(Ledger).poison.add('g-ill');
    await publish('g-well', 'g-ill');
    await until('it is behind', async () => ((await shown('assent_consumer_lag_seconds')) ?? 0) > 0.1);
    await until('it is a dead letter', async () => (await shown('assent_consumer_dead_letters')) === 1);
    await until('it is not behind any more', async () => (await shown('assent_consumer_lag_seconds')) === 0);
    expect(await shown('assent_consumer_events_total', ',outcome="handled"')).toBe(1);
    expect(await shown('assent_consumer_events_total', ',outcome="failed"')).toBe(1);
    expect(await shown('assent_consumer_redeliveries_total')).toBe(1);
    app.get(Ledger).poison.clear();
    await call(app, 'POST', '/replay', {});
    expect(await shown('assent_consumer_dead_letters')).toBe(0);
    await server.kill('SIGKILL');
    await until('the lag is not known', async () => (await shown('assent_consumer_lag_seconds')) === null);
    expect(await shown('assent_consumer_events_total', ',outcome="handled"')).toBe(1);
  });

  it('begin anew with a server that has lost its disk', async () => {
    const app = await start();
    await publish('before');
    await until('it has arrived', async () => (await effects(app)).has('before'));
    await server.kill('SIGKILL');
    server.wipe();
    await server.restart();
    await publish('after');
    await until('it has arrived', async () => (await effects(app)).has('after'));
    expect(await effects(app)).toEqual(
      new Map([
        ['before', 1],
        ['after', 1],
      ]),
    );
  }, 60_000);

  it('are not blocked by an event that cannot be handled, show it with its cause, and handle it once when it is replayed', async () => {
    const app = await start();
    const ledger = app.get(Ledger);
    ledger.poison.add('poison');
    await publish('poison', 'good-1', 'good-2');
    await until('it is a dead letter', async () => (await call(app, 'GET', '')).body.letters?.length === 1);
    expect(await effects(app)).toEqual(
      new Map([
        ['good-1', 1],
        ['good-2', 1],
      ]),
    );
    expect(ledger.attempts.filter((line) => line.startsWith('poison'))).toEqual(['poison 1', 'poison 2', 'poison 3']);
    const shown = await call(app, 'GET', '/ledger/poison:2');
    expect(shown.body).toMatchObject({ attempts: 3, cause: 'Error: no such account', event: { gid: 'poison' }, state: 'waiting' });

    expect(await call(app, 'POST', '/ledger/poison:2/replay')).toMatchObject({ status: 422, body: { code: 'replay_failed' } });
    ledger.poison.clear();
    const replayed = await call(app, 'POST', '/ledger/poison:2/replay');
    expect(replayed).toMatchObject({ status: 200, body: { outcome: 'handled', letter: { state: 'replayed' } } });
    expect(await call(app, 'POST', '/ledger/poison:2/replay')).toMatchObject({ status: 409, body: { code: 'not_waiting' } });
    await publish('poison');
    expect((await effects(app)).get('poison')).toBe(1);
    expect((await call(app, 'GET', '')).body).toEqual({ letters: [], next: null });
  });

  it('keep every message that is no event, also of a server that lost its disk and counts from the beginning again', async () => {
    const app = await start();
    const say = async (text: string) => {
      const connection = await connect({ servers: [`127.0.0.1:${server.port}`] });
      await ensureEventStream(await jetstreamManager(connection));
      await jetstream(connection).publish('assent.tx.checkout.committed', text);
      await connection.close();
    };
    const waiting = async () => (await call(app, 'GET', '')).body.letters as readonly { readonly event: unknown; readonly id: string }[];
    await say('"first"');
    await until('it is kept', async () => (await waiting()).length === 1);
    const id = (await waiting())[0]?.id ?? '';
    expect(await call(app, 'POST', `/ledger/${id}/discard`, { reason: 'no event' })).toMatchObject({ status: 200 });
    await server.kill('SIGKILL');
    server.wipe();
    await server.restart();
    await say('"second"');
    await until('the other is kept, too', async () => (await waiting()).length === 1);
    expect(await waiting()).toMatchObject([{ event: 'second' }]);
  }, 60_000);

  it('have their dead letters listed page by page, replayed together and discarded with a reason', async () => {
    const app = await start();
    const ledger = app.get(Ledger);
    for (const gid of ['a', 'b', 'c']) ledger.poison.add(gid);
    await publish('a', 'b', 'c');
    await until('they are dead letters', async () => (await call(app, 'GET', '')).body.letters?.length === 3);
    const first = await call(app, 'GET', '?limit=2');
    expect(first.body).toMatchObject({ letters: [{ id: 'a:2' }, { id: 'b:2' }], next: 'ledger/b:2' });
    expect((await call(app, 'GET', `?limit=2&after=${String(first.body.next)}`)).body).toMatchObject({
      letters: [{ id: 'c:2' }],
      next: null,
    });
    expect(await call(app, 'POST', '/ledger/a:2/discard', {})).toMatchObject({ status: 422, body: { code: 'request_invalid' } });
    const discarded = await call(app, 'POST', '/ledger/a:2/discard', { reason: 'a test' });
    expect(discarded).toMatchObject({ status: 200, body: { outcome: 'discarded', letter: { note: 'a test' } } });
    ledger.poison.clear();
    expect((await call(app, 'POST', '/replay', {})).body).toEqual({ replayed: 2, failed: 0, more: false });
    expect(await effects(app)).toEqual(
      new Map([
        ['b', 1],
        ['c', 1],
      ]),
    );
    expect(await call(app, 'GET', '/ledger/nowhere:1')).toMatchObject({ status: 404, body: { code: 'letter_unknown' } });
    expect(await call(app, 'GET', '?state=lost')).toMatchObject({ status: 422 });
  });

  it('show dead letters to whoever has the key of the operator, where there is one', async () => {
    const app = await start({ operatorKey: 'open sesame' });
    expect(await call(app, 'GET', '')).toMatchObject({ status: 401, body: { code: 'operator_key_needed' } });
    expect(await call(app, 'GET', '', undefined, 'open sesam')).toMatchObject({ status: 401 });
    expect(await call(app, 'POST', '/replay', {}, 'guess')).toMatchObject({ status: 401 });
    expect(await call(app, 'GET', '', undefined, 'open sesame')).toMatchObject({ status: 200 });
  });

  it('start and stop while there is no server', async () => {
    await server.kill('SIGKILL');
    const app = await start();
    await app.close();
    running.clear();
    await server.restart();
  });
});

describe('an application whose consumers cannot work', () => {
  async function boot(providers: (new () => object)[], tables: 'there' | 'missing' = 'there'): Promise<string> {
    const database = await openSqlite()({ migrations: tables === 'there' ? [...migrations, ...outcomeMigrations] : migrations });
    const outcomes = OutcomesModule.forRoot({ name: 'shop', nats: null });
    const imports = [TypeOrmModule.forRoot({ ...database.options, retryAttempts: 0 }), outcomes];
    const module = await Test.createTestingModule({ imports, providers }).compile();
    try {
      await module.createNestApplication(new FastifyAdapter(), { logger: false }).init();
      return 'started';
    } catch (error) {
      return (error as Error).message;
    } finally {
      await module.close();
      await database.drop();
    }
  }

  @Injectable()
  class Twice {
    @OnOutcome('a', { consumer: 'same' }) one(): void {}
    @OnOutcome('b', { consumer: 'same' }) two(): void {}
  }

  @Injectable()
  class Dotted {
    @OnOutcome('a', { consumer: 'a.b' }) one(): void {}
  }

  it('does not start when two have one name', async () => {
    expect(await boot([Twice])).toMatch(/^two methods consume as "same"/);
  });

  it('does not start when a name is none that NATS permits', async () => {
    expect(await boot([Dotted])).toMatch(/^Dotted\.one consumes as "a\.b"/);
  });

  it('does not start without its tables', async () => {
    expect(await boot([], 'missing')).toMatch(/add outcomeMigrations/);
  });
});
