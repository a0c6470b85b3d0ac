/** The theatre, called over NATS with signed requests; answers are told in the statuses of HTTP that mean the same. */
import { branchSubject, header, writeBranchPacket } from '@assent/protocol';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { ParticipantOptions } from '../../src/index.js';
import type { OpenedDatabase } from './data-sources.js';
import {
  type Answered,
  bodyOf,
  buildTheatre,
  type CallWords,
  named,
  type RunningTheatre,
  signedHeaders,
  theatreIn,
} from './running-theatre.js';

/** A reply as it came, with the packet under test. */
export interface Reply {
  readonly response?: unknown;
  readonly err?: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

export async function runTheatreOnNats(
  database: OpenedDatabase,
  servers: string,
  options: Partial<ParticipantOptions> = {},
): Promise<RunningTheatre & { readonly connection: NatsConnection }> {
  const app = await buildTheatre(database, { nats: { servers }, http: 'off', ...options });
  await app.init();
  const connection = await connect({ servers, noAsyncTraces: true, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  const theatre = theatreIn(app, database, {
    call: async (words) => inHttp(await ask(connection, words)),
    close: () => connection.close(),
  });
  return { ...theatre, connection };
}

/** Sends the packet of a call, or what `words` make of it, and returns the reply. Throws when nobody answers. */
export async function ask(connection: NatsConnection, words: CallWords, timeoutMs = 30_000): Promise<Reply> {
  const { contract, op } = named(words);
  const body = bodyOf(words).toString();
  const signed = signedHeaders(words, body);
  const sent = headers();
  for (const [name, value] of Object.entries(signed)) if (name !== 'content-type') sent.set(name, value);
  const subject = words.path ?? branchSubject(contract, op);
  const packet = words.packet ?? writeBranchPacket(signed[header.id] ?? '', subject, body);
  const message = await connection.request(subject, packet, { headers: sent, timeout: timeoutMs });
  return message.json<Reply>();
}

function inHttp({ response, err }: Reply): Answered {
  if (err !== undefined) {
    const isRefusal = err.assent === 'rejected';
    return { status: isRefusal ? 409 : Number(err.status), body: err, headers: { 'content-type': 'application/problem+json' } };
  }
  if (response === undefined) return { status: 204, body: {}, headers: {} };
  const body = response as Answered['body'];
  if (body.assent !== 'pending') return { status: 200, body, headers: {} };
  const seconds = body.retryAfterMs === undefined ? undefined : String(Math.ceil(Number(body.retryAfterMs) / 1_000));
  return { status: 202, body: {}, headers: { 'retry-after': seconds } };
}
