/** Writes answers. Bodies are made into JSON here, once, so that neither Nest nor Fastify looks for a serializer. */
import type { TransactionView } from '@assent/protocol';
import type { FastifyReply } from 'fastify';
import type { Backend } from './backend.js';
import type { Milestone } from './schemas/common.js';
import { type BeginExtra, transactionBody } from './transaction-body.js';
import { hasReached, waitFor, waitMsOf } from './waiting.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers with a transaction; the ETag is its version. `extra` fields are added to the body. */
export function sendTransaction(reply: FastifyReply, status: number, view: TransactionView, extra: BeginExtra = {}): void {
  sendJson(reply.header('etag', `"${view.version}"`), status, transactionBody(view, extra));
}

/** Answers with any JSON. */
export function sendJson(reply: FastifyReply, status: number, body: object): void {
  reply.code(status).header('content-type', JSON_TYPE).send(JSON.stringify(body));
}

/** Answers a command that has decided: at once, or when what it asks to wait for has come. */
export async function sendDecided(
  reply: FastifyReply,
  view: TransactionView,
  asked: { readonly wait?: Milestone; readonly timeoutMs?: number },
  backend: Backend,
): Promise<void> {
  if (asked.wait === undefined) {
    sendTransaction(reply, 200, view);
    return;
  }
  const waited = await waitFor(backend.engine(), view, asked.wait, waitMsOf(asked.timeoutMs, backend.limits));
  sendTransaction(reply, hasReached(waited, asked.wait) ? 200 : 202, waited);
}
