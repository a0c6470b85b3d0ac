/** The theatre as a running service: a real Nest application on Fastify, called over HTTP with signed requests. */
import { randomBytes } from 'node:crypto';
import { formatMessageId, header } from '@assent/protocol';
import type { Provider } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Webhook } from 'standardwebhooks';
import type { DataSource } from 'typeorm';
import { Client } from 'undici';
import { Barrier, LocalTransactions, ParticipantModule, type ParticipantOptions } from '../../src/index.js';
import type { OpenedDatabase } from './data-sources.js';
import { Applaud, HoldSeat, PrintTicket, RaiseCurtain, Stage } from './theatre.js';

export const KEY = `whsec_${Buffer.from('the key of the theatre, 32 bytes').toString('base64')}`;

/** What is said about a call; everything else is as the coordinator would say it. */
export interface CallWords {
  readonly gid: string;
  readonly branch?: string;
  readonly contract?: string;
  readonly op: string;
  readonly attempt?: number;
  readonly payload?: unknown;
  /** Instead of `payload`: the body as it is sent. */
  readonly body?: string | Buffer;
  readonly begunAtMs?: number;
  readonly key?: string;
  /** Changes the signed headers before they leave; `undefined` removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Instead of the path, or the subject, of the contract and op. */
  readonly path?: string;
  /** Over NATS: the packet as it is sent, instead of the one for the message id, subject and body. */
  readonly packet?: string;
}

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface RunningTheatre {
  readonly app: NestFastifyApplication;
  readonly stage: Stage;
  readonly dataSource: DataSource;
  readonly barrier: Barrier;
  readonly transactions: LocalTransactions;
  call(words: CallWords): Promise<Answered>;
  effects(gid: string): Promise<string[]>;
  rows(gid: string): Promise<string[]>;
  close(): Promise<void>;
}

export function buildTheatre(
  database: OpenedDatabase,
  options: Partial<ParticipantOptions> = {},
  providers: Provider[] = [HoldSeat, PrintTicket, RaiseCurtain, Applaud],
): Promise<NestFastifyApplication> {
  return Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...database.options, retryAttempts: 0 }),
      ParticipantModule.forRoot({ name: 'theatre', keys: KEY, ...options }),
    ],
    providers: [Stage, ...providers],
  })
    .compile()
    .then((module) => module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false }));
}

export async function runTheatre(database: OpenedDatabase, options: Partial<ParticipantOptions> = {}): Promise<RunningTheatre> {
  const app = await buildTheatre(database, options);
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  const clients = new Set<Client>();
  return theatreIn(app, database, {
    call: (words) => post(origin, clients, words),
    close: async () => void (await Promise.all([...clients].map((client) => client.close()))),
  });
}

/** A theatre that is called by `wire`. */
export function theatreIn(
  app: NestFastifyApplication,
  database: OpenedDatabase,
  wire: { call(words: CallWords): Promise<Answered>; close(): Promise<void> },
): RunningTheatre {
  const dataSource = app.get<DataSource>(getDataSourceToken());
  return {
    app,
    dataSource,
    stage: app.get(Stage),
    barrier: app.get(Barrier),
    transactions: app.get(LocalTransactions),
    call: wire.call,
    effects: (gid) => column(dataSource, 'SELECT op AS value FROM effect WHERE gid = ?', gid),
    rows: (gid) => column(dataSource, rowsInWords, gid),
    close: async () => {
      await wire.close();
      await app.close();
      await database.drop();
    },
  };
}

/** The barrier rows of a transaction as "phase op outcome". Bytes are compared with bytes. */
const rowsInWords = 'SELECT phase, op, outcome FROM branch_barrier WHERE gid = ? ORDER BY branch, phase';

async function column(dataSource: DataSource, sql: string, gid: string): Promise<string[]> {
  const rows = await dataSource.query<Record<string, unknown>[]>(sql, [gid]);
  return rows.map((row) => Object.values(row).join(' '));
}

/** One connection per call in the air, so that calls race on the server and not in a queue of the client. */
async function post(origin: string, clients: Set<Client>, words: CallWords): Promise<Answered> {
  const client = new Client(origin);
  clients.add(client);
  try {
    const { contract, op } = named(words);
    const body = bodyOf(words);
    const answer = await client.request({
      method: 'POST',
      path: words.path ?? `/assent/${contract}/${op}`,
      headers: signedHeaders(words, body),
      body,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Answered['body']) };
  } finally {
    clients.delete(client);
    await client.close();
  }
}

export function named(words: CallWords): Required<Pick<CallWords, 'gid' | 'branch' | 'contract' | 'op' | 'attempt'>> {
  const { gid, branch = 'b', contract = 'theatre.seat', op, attempt = 1 } = words;
  return { gid, branch, contract, op, attempt };
}

export function bodyOf(words: CallWords): string | Buffer {
  return words.body ?? JSON.stringify(words.payload ?? {});
}

export function signedHeaders(words: CallWords, body: string | Buffer): Record<string, string> {
  const id = formatMessageId(named(words));
  const at = new Date();
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    [header.id]: id,
    [header.timestamp]: String(Math.floor(at.getTime() / 1000)),
    [header.signature]: new Webhook(words.key ?? KEY).sign(id, at, body),
    [header.begun]: String(words.begunAtMs ?? at.getTime()),
    [header.timeoutMs]: '3000',
    ...words.headers,
  };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A gid nobody has used. */
export function newGid(): string {
  return `t-${randomBytes(8).toString('hex')}`;
}
