/** A participant over HTTP. */
import type { ServerResponse } from 'node:http';
import { anInvoker, key } from '../callers.js';
import { ScriptedServer } from '../scripted-server.js';
import { type Heard, type InvokerWords, type Rig, type Said, type Script, succeed } from './rig.js';

export async function startHttpRig(): Promise<Rig> {
  const payment = await ScriptedServer.start();
  const server = await ScriptedServer.start((response, call) => {
    const [, , contract = '', op = ''] = call.path.split('/');
    const heard: Heard = { contract, op, headers: call.headers as Record<string, string>, body: call.body };
    rig.calls.push(heard);
    rig.script((said) => answer(response, said), heard);
  });
  const rig: Rig & { script: Script } = {
    script: succeed,
    calls: [],
    invoker: ({ concurrency, limits, withPayment }: InvokerWords = {}) =>
      anInvoker(server.origin, {
        participants: [
          { name: 'inventory', baseUrl: server.origin, key, ...(concurrency !== undefined && { concurrency }) },
          ...(withPayment === undefined ? [] : [{ name: 'payment', baseUrl: payment.origin, key }]),
        ],
        ...(limits !== undefined && { limits }),
      }),
    stop: async () => {
      await server.stop();
      await payment.stop();
    },
  };
  return rig;
}

function answer(response: ServerResponse, said: Said): void {
  const wait = (ms: number | undefined) => (ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1_000)) });
  switch (said.kind) {
    case 'succeeded':
      response.writeHead(200).end(said.result === undefined ? '' : JSON.stringify(said.result));
      break;
    case 'rejected':
      response.writeHead(409).end(JSON.stringify({ code: said.code, message: said.message }));
      break;
    case 'pending':
      response.writeHead(202, wait(said.retryAfterMs)).end();
      break;
    case 'overloaded':
      response.writeHead(503, wait(said.retryAfterMs)).end();
      break;
    case 'failed':
      response.writeHead(500).end();
  }
}
