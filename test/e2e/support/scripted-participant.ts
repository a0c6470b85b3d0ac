/** A participant over real HTTP that answers what a test tells it to, and remembers every call with its verified signature. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseMessageId } from '@assent/protocol';
import { Webhook } from 'standardwebhooks';

export interface ReceivedCall {
  readonly gid: string;
  readonly branch: string;
  readonly contract: string | null;
  readonly op: string;
  readonly attempt: number;
  readonly body: string;
  readonly path: string;
  readonly traceparent: string | undefined;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers only once this resolves. */
  readonly after?: Promise<void>;
}

type Script = (call: ReceivedCall) => ScriptedAnswer;

const success: Script = () => ({ status: 204 });

export class ScriptedParticipant {
  readonly calls: ReceivedCall[] = [];
  /** Told when the coordinator has made it. */
  key = '';
  private readonly scripts = new Map<string, Script>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<ScriptedParticipant> {
    const participant = new ScriptedParticipant();
    await new Promise<void>((resolve) => participant.server.listen(0, '127.0.0.1', resolve));
    return participant;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What `contract` answers to `op`; anything else succeeds. */
  on(contract: string, op: string, script: Script): void {
    this.scripts.set(`${contract}/${op}`, script);
  }

  /** Forgets scripts and calls. */
  reset(): void {
    this.scripts.clear();
    this.calls.length = 0;
  }

  /** `contract op` of every call of one transaction, in the order of arrival. */
  heard(gid: string): string[] {
    return this.calls.filter((call) => call.gid === gid).map(({ contract, op }) => `${contract} ${op}`);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const call = this.verified(request, body);
    if (call === null) {
      response.writeHead(401).end();
      return;
    }
    this.calls.push(call);
    const answer = (this.scripts.get(`${call.contract}/${call.op}`) ?? success)(call);
    await answer.after;
    const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(answer.status, { ...(answer.body === undefined ? {} : { 'content-type': type }), ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  private verified(request: IncomingMessage, body: string): ReceivedCall | null {
    try {
      new Webhook(this.key).verify(body, request.headers as Record<string, string>);
    } catch {
      return null;
    }
    const id = parseMessageId(String(request.headers['webhook-id']));
    const traceparent = request.headers.traceparent?.toString();
    return id === null ? null : { ...id, body, path: request.url ?? '', traceparent };
  }
}

/** The answer of a refusal. */
export function refusal(code: string, message: string): ScriptedAnswer {
  return { status: 409, body: { status: 409, title: code, code, message, detail: message } };
}
