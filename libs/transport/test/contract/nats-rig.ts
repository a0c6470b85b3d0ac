/** A participant over NATS, that answers in the packets of Nest's microservices. */
import { parseMessageId, readBranchPacket } from '@assent/protocol';
import { connect, type Msg } from '@nats-io/transport-node';
import { NatsBranchInvoker, NatsLink } from '../../src/index.js';
import { key, realClock } from '../callers.js';
import { type Heard, type InvokerWords, type Rig, type Said, type Script, succeed } from './rig.js';

export async function startNatsRig(url: string): Promise<Rig> {
  const connection = await connect({ servers: url, noAsyncTraces: true, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  connection.subscribe('assent.inventory.reserve.*', {
    queue: 'inventory',
    callback: (_error, message) => {
      const heard = hear(message);
      rig.calls.push(heard);
      rig.script((said) => answer(message, said), heard);
    },
  });
  connection.subscribe('assent.payment.>', { callback: (_error, message) => answer(message, { kind: 'succeeded' }) });
  await connection.flush();
  const links: NatsLink[] = [];
  const rig: Rig & { script: Script } = {
    script: succeed,
    calls: [],
    invoker: ({ concurrency, limits, withPayment }: InvokerWords = {}) => {
      const link = NatsLink.open({ address: { servers: [url] }, name: 'test' });
      links.push(link);
      return new NatsBranchInvoker({
        participants: [
          { name: 'inventory', key, ...(concurrency !== undefined && { concurrency }) },
          ...(withPayment === undefined ? [] : [{ name: 'payment', key }]),
        ],
        link,
        clock: realClock,
        wallClockMs: Date.now,
        ...(limits !== undefined && { limits }),
      });
    },
    stop: async () => {
      for (const link of links) await link.close();
      await connection.close();
    },
  };
  return rig;
}

/** The payload is cut out as a participant does it; a packet that cannot be cut is shown whole, so that a test fails with it. */
function hear(message: Msg): Heard {
  const headers = Object.fromEntries([...(message.headers ?? [])].map(([name, values]) => [name.toLowerCase(), values[0] ?? '']));
  const id = headers['webhook-id'] ?? '';
  const parsed = parseMessageId(id);
  const body = readBranchPacket(message.string(), id, message.subject) ?? message.string();
  return { contract: parsed?.contract ?? '', op: message.subject.split('.').at(-1) ?? '', headers, body };
}

/** As Nest's `ServerNats` writes them. */
function answer(message: Msg, said: Said): void {
  const { id } = message.json<{ id: string }>();
  const packet = packetOf(said);
  message.respond(JSON.stringify({ ...packet, isDisposed: true, id }));
}

function packetOf(said: Said): object {
  switch (said.kind) {
    case 'succeeded':
      return { response: said.result };
    case 'rejected':
      return { err: { assent: 'rejected', code: said.code, message: said.message } };
    case 'pending':
      return { response: { assent: 'pending', retryAfterMs: said.retryAfterMs } };
    case 'overloaded':
      return { err: { assent: 'unknown', code: 'overloaded', message: 'later', retryAfterMs: said.retryAfterMs } };
    case 'failed':
      return { err: { status: 'error', message: 'Internal server error' } };
  }
}
