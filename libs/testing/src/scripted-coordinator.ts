/** A coordinator for tests of initiators: a real HTTP server that answers from a script and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> | null;
}

/** One answer of the script; `reset` cuts the connection instead, `silence` never answers. */
export type Scripted =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'reset'
  | 'silence';

export class ScriptedCoordinator {
  readonly asked: Asked[] = [];
  private readonly script: Scripted[] = [];
  private afterwards: Scripted = { status: 500, body: { code: 'script_ended' } };
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests in this order. */
  willAnswer(...answers: Scripted[]): void {
    this.script.push(...answers);
  }

  /** Answers everything like this, now and once the script has ended; what was left of the script is dropped. */
  willAnswerFromNowOn(answer: Scripted): void {
    this.script.length = 0;
    this.afterwards = answer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    this.asked.push({ method: request.method ?? '', path: request.url ?? '', body: parse(text) });
    const next = this.script.shift() ?? this.afterwards;
    if (next === 'reset') request.socket.destroy();
    else if (next !== 'silence') {
      response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
      response.end(next.body === undefined ? '' : JSON.stringify(next.body));
    }
  }
}

function parse(text: string): Asked['body'] {
  return text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
}

/** A transaction as REST shows it. */
export function aTransaction(status: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    gid: 'g1',
    name: 'checkout',
    pattern: 'tcc',
    driver: 'coordinator',
    policy: { name: 'standard', version: 1 },
    status,
    version: 1,
    key: null,
    mixed: false,
    paused: false,
    createdAt: '2026-11-22T08:00:00.000Z',
    deadlineAt: null,
    finishedAt: null,
    decision: null,
    branches: [],
    links: { self: '/v1/transactions/g1' },
    ...more,
  };
}

/** A branch as REST shows it. */
export function aBranch(id: string, outcome: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const forward = { op: 'try', outcome, attempts: 1, ...more };
  return { id, contract: id, after: [], pivot: false, run: 'coordinator', forward, end: null, attention: 'none' };
}

/** An RFC 9457 body. */
export function aProblem(status: number, code: string, more: Record<string, unknown> = {}): Scripted {
  const body = { type: `https://assent.dev/errors/${code}`, title: 'Title', status, code, detail: `Detail of ${code}.`, ...more };
  return { status, body, headers: { 'content-type': 'application/problem+json' } };
}
