import { Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Action,
  Barrier,
  Cancel,
  Compensate,
  Confirm,
  LocalTransactions,
  ParticipantModule,
  SagaStep,
  TccBranch,
  Try,
} from '../src/index.js';
import { type OpenedDatabase, openSqlite } from './support/data-sources.js';
import { buildTheatre, KEY } from './support/running-theatre.js';
import { HoldSeat } from './support/theatre.js';

@TccBranch('theatre.half')
class NoCancel {
  @Try() hold(): void {}
  @Confirm() sell(): void {}
}

@SagaStep('theatre.half')
class NoCompensate {
  @Action() act(): void {}
}

@SagaStep('theatre.seat')
class SameName {
  @Action() act(): void {}
  @Compensate() undo(): void {}
}

@SagaStep('cinema.seat')
class OtherName {
  @Action() act(): void {}
  @Compensate() undo(): void {}
}

@SagaStep('theatre.', { compensate: 'none' })
class NoName {
  @Action() act(): void {}
}

@SagaStep('theatre.pivot', { pivot: true })
class UndoablePivot {
  @Action() act(): void {}
  @Compensate() undo(): void {}
}

@TccBranch('theatre.perRequest')
@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  @Try() hold(): void {}
  @Confirm() sell(): void {}
  @Cancel() free(): void {}
}

describe('booting a participant', () => {
  let database: OpenedDatabase;
  let app: NestFastifyApplication | undefined;

  beforeEach(async () => {
    app = undefined;
    database = await openSqlite()();
  });
  afterEach(async () => {
    await app?.close();
    await database.drop();
  });

  it.each([
    ['a TCC branch misses its cancel', [NoCancel], 'NoCancel declares "theatre.half" but has no @Cancel method: add one'],
    [
      'a saga step misses its undo',
      [NoCompensate],
      `NoCompensate declares "theatre.half" but has no @Compensate method: add one, or say { compensate: 'none' } or { pivot: true }`,
    ],
    ['two classes claim one name', [HoldSeat, SameName], 'SameName and HoldSeat both declare "theatre.seat"'],
    [
      'a contract is named after somebody else',
      [OtherName],
      'OtherName declares "cinema.seat": the name of a contract of "theatre" starts with "theatre."',
    ],
    [
      'a contract has no name of its own',
      [NoName],
      'NoName declares "theatre.": the name of a contract of "theatre" starts with "theatre."',
    ],
    [
      'a pivot has an undo',
      [UndoablePivot],
      'UndoablePivot declares "theatre.pivot" as a step without an undo, but has a @Compensate method: remove one of the two',
    ],
    ['a branch is request-scoped', [PerRequest], 'PerRequest declares a branch, so it cannot be request-scoped'],
  ])('fails with one line when %s', async (_what, providers, message) => {
    app = await buildTheatre(database, {}, providers);
    await expect(app.init()).rejects.toThrow(message);
  });

  it('fails with one line when the migration of the barrier is missing', async () => {
    const bare = { ...database, options: { ...database.options, migrations: [] } };
    app = await buildTheatre(bare);
    const message =
      'the table branch_barrier is missing: add participantMigrations of @assent/participant to the migrations of the data source';
    await expect(app.init()).rejects.toThrow(message);
  });

  it.each([
    ['no key', [], 'a participant needs at least one key'],
    ['an unreadable key', ['whsec_%%%'], 'key 1 of the participant is not a Standard Webhooks secret (whsec_<base64>)'],
  ])('fails with one line when it is given %s', async (_what, keys, message) => {
    app = await buildTheatre(database, { keys });
    await expect(app.init()).rejects.toThrow(message);
  });

  it('takes its options from a factory, and lets every module inject the barrier and local transactions', async () => {
    @Injectable()
    class Elsewhere {
      constructor(
        readonly barrier: Barrier,
        readonly transactions: LocalTransactions,
      ) {}
    }

    @Module({ providers: [Elsewhere] })
    class ElsewhereModule {}

    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, retryAttempts: 0 }),
        ParticipantModule.forRootAsync({ inject: [], useFactory: async () => ({ name: 'theatre', keys: KEY }) }),
        ElsewhereModule,
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.init();
    const elsewhere = app.get(Elsewhere, { strict: false });
    expect(elsewhere.barrier).toBeInstanceOf(Barrier);
    expect(await elsewhere.transactions.run(async () => 'works')).toBe('works');
  });

  it('lets a script without a web server use its local transactions', async () => {
    @Module({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, retryAttempts: 0 }),
        ParticipantModule.forRoot({ name: 'theatre', keys: KEY }),
      ],
    })
    class Script {}

    const context = await NestFactory.createApplicationContext(Script, { logger: false });
    expect(await context.get(LocalTransactions).run(async () => 'works')).toBe('works');
    await context.close();
  });

  it('leaves the other routes of the application as they are', async () => {
    app = await buildTheatre(database, {}, []);
    const server = app.getHttpAdapter().getInstance();
    server.post('/echo', (request, reply) => reply.send(request.body));
    await app.init();
    await server.ready();
    const answer = await server.inject({ method: 'POST', url: '/echo', payload: { a: 1 } });
    expect(answer.json()).toEqual({ a: 1 });
    expect((await server.inject({ method: 'POST', url: '/assent/theatre.seat/try', payload: {} })).statusCode).toBe(401);
    expect((await server.inject({ method: 'GET', url: '/assent/theatre.seat/try' })).statusCode).toBe(404);
  });
});
