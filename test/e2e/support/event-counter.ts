/**
 * Counts the events of orders, as somebody outside would: by the library's durable consumer, in a database of its own, and by looking into the
 * stream. What should have been counted is what the coordinator's database says: a trigger notes each row of its outbox in the database transaction
 * that writes it.
 */
import { OnOutcome, type OutcomeContext, OutcomesModule, outcomeMigrations } from '@assent/participant';
import type { TransactionEvent } from '@assent/protocol';
import { createService, databaseOptions } from '@assent/service';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import mysql from 'mysql2/promise';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { TestDatabase } from '../../support/databases.js';

const CONSUMER = 'order-counter';
const STREAM = 'ASSENT_TX';
const FETCH_MS = 5_000;

/** No key: an effect that came about twice is there twice. */
class CreateCounted1764000009001 implements MigrationInterface {
  readonly name = 'CreateCounted1764000009001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE counted (gid VARCHAR(64) NOT NULL, version INT NOT NULL, status VARCHAR(16) NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE counted');
  }
}

class Counter {
  @OnOutcome('order', { consumer: CONSUMER })
  async count({ gid, version, status }: TransactionEvent, { manager }: OutcomeContext): Promise<void> {
    await manager.query('INSERT INTO counted (gid, version, status) VALUES (?, ?, ?)', [gid, version, status]);
  }
}

@Module({ providers: [Counter] })
class CounterModule {}

/** `gid:version status`, sorted. */
type Events = readonly string[];

export class EventCounter {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly own: mysql.Pool,
    private readonly coordinators: mysql.Pool,
    private readonly server: string,
  ) {}

  /** `server` is `host:port` of NATS. The coordinator's database must have its tables already. */
  static async start(own: TestDatabase, coordinators: TestDatabase, server: string): Promise<EventCounter> {
    const pools = [own, coordinators].map(({ url }) => mysql.createPool({ uri: url, connectionLimit: 2 })) as [mysql.Pool, mysql.Pool];
    await pools[1].query('CREATE TABLE announced (gid VARCHAR(64) NOT NULL, version INT NOT NULL, status VARCHAR(16) NOT NULL)');
    await pools[1].query(
      'CREATE TRIGGER note_announced AFTER INSERT ON outbox FOR EACH ROW INSERT INTO announced VALUES (NEW.gid, NEW.version, NEW.status)',
    );
    const database = databaseOptions(own.url, { entities: [], migrations: [CreateCounted1764000009001, ...outcomeMigrations] });
    const imports = [
      TypeOrmModule.forRoot({ ...database, retryAttempts: 0 }),
      OutcomesModule.forRoot({ name: 'counter', nats: { servers: [server] } }),
      CounterModule,
    ];
    const app = await createService({ module: CounterModule, imports }, null);
    await app.listen(0, '127.0.0.1');
    return new EventCounter(app, ...pools, server);
  }

  /** What the coordinator's database says was to be announced. */
  async announced(): Promise<Events> {
    return read(this.coordinators, 'announced');
  }

  /** Of every transaction the version that it ended with, as its row has it. */
  async ends(): Promise<Events> {
    return read(this.coordinators, 'global_transaction');
  }

  /** What this consumer has had, each as often as it took effect. */
  async counted(): Promise<Events> {
    return read(this.own, 'counted');
  }

  /**
   * True when every event has been published, handed to the consumer, and as many have taken effect. An acknowledgement that was lost with the
   * broker is not waited for: the event comes again a minute and a half later.
   */
  async isAtRest(): Promise<boolean> {
    const left = (await countIn(this.coordinators, 'outbox')) + (await countIn(this.coordinators, 'outbox_refused'));
    if (left > 0 || (await countIn(this.own, 'counted')) < (await countIn(this.coordinators, 'announced'))) return false;
    return this.withNats(async (connection) => {
      const { num_pending } = await (await jetstreamManager(connection)).consumers.info(STREAM, CONSUMER);
      return num_pending === 0;
    });
  }

  /** What the stream holds, as often as it does: the broker may have forgotten ids when it was killed. */
  async published(): Promise<Events> {
    return this.withNats(async (connection) => {
      const manager = await jetstreamManager(connection);
      const { messages: held } = (await manager.streams.info(STREAM)).state;
      await manager.consumers.add(STREAM, { name: 'reader', ack_policy: AckPolicy.None, inactive_threshold: 60_000_000_000 });
      const consumer = await jetstream(connection).consumers.get(STREAM, 'reader');
      const found: string[] = [];
      while (found.length < held) {
        const before = found.length;
        for await (const message of await consumer.fetch({ max_messages: held - found.length, expires: FETCH_MS })) {
          const { gid, version, status } = message.json<TransactionEvent>();
          found.push(`${gid}:${version} ${status}`);
        }
        if (found.length === before) throw new Error(`the stream says that it holds ${held} events, and gave ${before}`);
      }
      await manager.consumers.delete(STREAM, 'reader');
      return found.sort();
    });
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.own.end();
    await this.coordinators.end();
  }

  private async withNats<T>(work: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: this.server });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }
}

async function countIn(pool: mysql.Pool, table: string): Promise<number> {
  const [rows] = await pool.query<mysql.RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table}`);
  return Number(rows[0]?.n);
}

async function read(pool: mysql.Pool, table: 'announced' | 'counted' | 'global_transaction'): Promise<Events> {
  const [rows] = await pool.query<mysql.RowDataPacket[]>(`SELECT gid, version, status FROM ${table}`);
  return rows.map(({ gid, version, status }) => `${gid}:${version} ${status}`).sort();
}
