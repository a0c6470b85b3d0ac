/**
 * Stands between the coordinators and one participant, and misbehaves as networks do: it holds requests or answers back for as long as a partition
 * lasts, delivers calls twice, or late. It also counts what nobody else can see: how often a branch answered with success what it had done before.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

export interface BranchTraffic {
  /** Calls that reached the participant, repeats included. */
  delivered: number;
  /** Successful answers for a (gid, branch, op) that had been answered with success before. */
  duplicates: number;
  /** Deliveries that this proxy made up. */
  repeated: number;
  /** Calls that were delivered late. */
  late: number;
}

export interface Misbehaviour {
  /** Share of calls that are delivered a second time, up to `upToMs` later. */
  readonly repeat: number;
  /** Share of calls that are held for up to `upToMs` before they are delivered. */
  readonly late: number;
  readonly upToMs: number;
}

type Held = 'requests' | 'answers' | 'both';

const longestCallMs = 60_000;
/** Repeats whose answer nobody waits for. */
const mostRepeatsInAir = 200;

export class BranchProxy {
  readonly traffic: BranchTraffic = { delivered: 0, duplicates: 0, repeated: 0, late: 0 };
  private readonly succeeded = new Set<string>();
  private readonly server: Server;
  private readonly upstream: Pool;
  private held: Held | null = null;
  private release: () => void = () => undefined;
  private gate: Promise<void> = Promise.resolve();
  private misbehaviour: Misbehaviour = { repeat: 0, late: 0, upToMs: 0 };
  private repeatsInAir = 0;

  private constructor(
    targetUrl: string,
    private readonly random: () => number,
  ) {
    this.upstream = new Pool(targetUrl, { connections: 128, headersTimeout: longestCallMs, bodyTimeout: longestCallMs });
    this.server = createServer((request, response) => void this.forward(request, response));
    // Callers keep connections for as long as they like; closing one on them would look like a fault nobody asked for.
    this.server.keepAliveTimeout = 0;
  }

  /** Listens on a free port of an address of this machine. */
  static async start(targetUrl: string, host: string, random: () => number): Promise<BranchProxy> {
    const proxy = new BranchProxy(targetUrl, random);
    await new Promise<void>((resolve) => proxy.server.listen(0, host, resolve));
    return proxy;
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** From now on nothing passes in this direction, and nobody is told; connections stay open. What is held passes, late, at `heal`. */
  partition(held: Held): void {
    this.held = held;
    this.gate = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  misbehave(misbehaviour: Misbehaviour): void {
    this.misbehaviour = misbehaviour;
  }

  heal(): void {
    this.held = null;
    this.misbehaviour = { repeat: 0, late: 0, upToMs: 0 };
    this.release();
  }

  async close(): Promise<void> {
    this.heal();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.upstream.destroy();
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = { path: request.url ?? '/', headers: headersOf(request.headers), body: await bodyOf(request) };
      const { repeat, late, upToMs } = this.misbehaviour;
      if (this.random() < repeat) void this.repeatLater(call, this.random() * upToMs);
      if (this.random() < late) {
        this.traffic.late += 1;
        await pause(this.random() * upToMs);
      }
      if (this.held === 'requests' || this.held === 'both') await this.gate;
      const answer = await this.deliver(call);
      if (this.held === 'answers' || this.held === 'both') await this.gate;
      response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    } catch {
      // As a participant that is not there: the connection breaks.
      response.destroy();
    }
  }

  private async repeatLater(call: Call, afterMs: number): Promise<void> {
    if (this.repeatsInAir >= mostRepeatsInAir) return;
    this.repeatsInAir += 1;
    await pause(afterMs);
    this.traffic.repeated += 1;
    await this.deliver(call).catch(() => undefined);
    this.repeatsInAir -= 1;
  }

  private async deliver(call: Call): Promise<{ statusCode: number; headers: Record<string, string>; body: Buffer }> {
    const { statusCode, headers, body } = await this.upstream.request({ method: 'POST', ...call });
    const bytes = Buffer.from(await body.arrayBuffer());
    this.count(call.headers['webhook-id'], statusCode);
    return { statusCode, headers: headersOf(headers), body: bytes };
  }

  private count(messageId: string | undefined, statusCode: number): void {
    this.traffic.delivered += 1;
    if (statusCode !== 200 && statusCode !== 201 && statusCode !== 204) return;
    const [gid, branch, , op] = (messageId ?? '').split('/');
    const effect = `${gid}/${branch}/${op}`;
    if (this.succeeded.has(effect)) this.traffic.duplicates += 1;
    this.succeeded.add(effect);
  }
}

interface Call {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Headers that belong to one connection stay on it. */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length', 'expect']);

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined || hopByHop.has(name) ? [] : [[name, String(value)]])),
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
