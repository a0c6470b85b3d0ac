/** From a transaction to the books of another service: a real coordinator, a broker that is killed three times, two instances of a consumer, one of which goes. */
import { randomUUID } from 'node:crypto';
import { OnOutcome, type OutcomeContext, OutcomesModule, outcomeMigrations } from '@assent/participant';
import type { TransactionEvent } from '@assent/protocol';
import { databaseOptions } from '@assent/service';
import { createSqliteDatabase, type TemporaryDatabase } from '@assent/testing';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, describeOnMariadb } from '../support/databases.js';
import { describeOnNats, type NatsServer, startNats } from '../support/nats.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';

class CreateBooks1764000000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE told (gid VARCHAR(64) NOT NULL, version INTEGER NOT NULL, change_of_status VARCHAR(64) NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE told');
  }
}

/** Without a key of its own: a second effect would be a second row. */
@Injectable()
class Books {
  @OnOutcome('checkout', { consumer: 'books' })
  async note({ gid, version, changes }: TransactionEvent, { manager }: OutcomeContext): Promise<void> {
    const [change] = changes.flatMap((one) => (one.what === 'status' ? [`${one.from}>${one.to}`] : []));
    await manager.query('INSERT INTO told (gid, version, change_of_status) VALUES (?, ?, ?)', [gid, version, change ?? '']);
  }
}

const saga = (gid: string) => ({
  gid,
  name: 'checkout',
  pattern: 'saga',
  branches: [
    { id: 'stock', contract: 'inventory.deduct' },
    { id: 'points', contract: 'inventory.points' },
  ],
  wait: 'final',
  timeoutMs: 20_000,
});

function countedOnce(openDatabase: () => Promise<TemporaryDatabase>, instances: number): void {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let server: NatsServer;
  let coordinator: TestCoordinator;
  let database: TemporaryDatabase;
  const consumers: NestFastifyApplication[] = [];

  beforeEach(async () => {
    folder = testFolder();
    [participant, server, database] = await Promise.all([ScriptedParticipant.start(), startNats(), openDatabase()]);
    const environment = { ASSENT_PARTICIPANTS: `inventory=${participant.url}`, ASSENT_NATS_URL: server.url };
    coordinator = await startCoordinator(folder, environment);
    participant.key = coordinator.key('inventory');
    for (let place = 0; place < instances; place += 1) consumers.push(await consumer());
  });
  afterEach(async () => {
    for (const app of consumers.splice(0)) await app.close();
    await coordinator.stop();
    await participant.stop();
    await server.stop();
    await database.drop();
    folder.remove();
  });

  async function consumer(): Promise<NestFastifyApplication> {
    class Service {}
    const tables = { entities: [], migrations: [CreateBooks1764000000200, ...outcomeMigrations] };
    Module({
      imports: [
        TypeOrmModule.forRoot({ ...databaseOptions(database.url, tables), retryAttempts: 0 }),
        OutcomesModule.forRoot({ name: 'books', nats: { servers: [`127.0.0.1:${server.port}`] } }),
      ],
      providers: [Books],
    })(Service);
    const app = await NestFactory.create<NestFastifyApplication>(Service, new FastifyAdapter(), { logger: false });
    await app.init();
    return app;
  }

  async function told(): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await (consumers.at(-1) as NestFastifyApplication)
      .get<DataSource>(getDataSourceToken())
      .query<{ gid: string; line: string }[]>('SELECT gid, change_of_status AS line FROM told ORDER BY gid, version');
    const byGid = new Map<string, string[]>();
    for (const { gid, line } of rows) byGid.set(gid, [...(byGid.get(gid) ?? []), line]);
    return byGid;
  }

  it('has each event once in its books, whatever happens on the way', async () => {
    const refused = new Set<string>();
    participant.on('inventory.points', 'action', ({ gid }) => (refused.has(gid) ? refusal('NO_POINTS', 'none are left') : { status: 204 }));
    const gids: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const batch = Array.from({ length: 40 }, () => randomUUID());
      gids.push(...batch);
      for (const gid of batch.slice(0, 10)) refused.add(gid);
      const answers = Promise.all(batch.map((gid) => coordinator.post('/v1/transactions', saga(gid))));
      if (round < 3) {
        await server.kill('SIGKILL');
        await server.restart();
      }
      if (round === 1 && consumers.length > 1) await consumers.shift()?.close();
      for (const { body } of await answers) expect(['committed', 'aborted']).toContain(body.status);
    }
    const expected = new Map(
      gids.map((gid) => [gid, ['null>active', ...(refused.has(gid) ? ['active>aborting', 'aborting>aborted'] : ['active>committed'])]]),
    );
    const owed = [...expected.values()].flat().length;
    await until('all have been told', async () => [...(await told()).values()].flat().length >= owed, 40_000);
    expect(await told()).toEqual(expected);
  }, 90_000);
}

describeOnNats('A service that keeps books of transactions', () => {
  describe('on SQLite', () => countedOnce(createSqliteDatabase, 1));
  describeOnMariadb('on MariaDB, with two instances of which one goes', () => countedOnce(() => createTestDatabase('assent_books'), 2));
});
