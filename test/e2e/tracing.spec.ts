/** Traces and logs of a coordinator process: from the request that began a transaction to its participants, and to a collector. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/mariadb.js';
import { CoordinatorProcess } from './support/coordinator-process.js';
import { send, type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${CALLER}-01`;
/** What must never be seen anywhere. */
const SECRET = '4111-1111-1111-1111';

/** A span as OTLP/JSON shows it, as far as is looked at. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** A collector that keeps what it is sent. */
class Collector {
  readonly spans: Span[] = [];
  received = '';
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      this.received += body;
      type Exported = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      for (const { scopeSpans } of (JSON.parse(body) as Exported).resourceSpans)
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('A coordinator process that is observed', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let collector: Collector;
  let running: CoordinatorProcess | undefined;

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    collector = new Collector();
  });
  afterEach(async () => {
    running?.signal('SIGKILL');
    await running?.ended;
    running = undefined;
    await participant.stop();
    collector.close();
    folder.remove();
  });

  async function start(environment: Record<string, string> = {}): Promise<CoordinatorProcess> {
    running = CoordinatorProcess.spawn(folder, await freePort(), { ASSENT_PARTICIPANTS: `inventory=${participant.url}`, ...environment });
    await running.ready();
    participant.key = (JSON.parse(readFileSync(join(folder.path, 'keys.json'), 'utf8')) as { inventory: string }).inventory;
    return running;
  }

  const exporting = async () => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listen(),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });

  const checkout = (gid: string) => ({
    gid,
    name: 'checkout',
    pattern: 'tcc',
    branches: [{ id: 'stock', contract: 'inventory.reserve', payload: { card: SECRET } }],
    wait: 'final',
    timeoutMs: 10_000,
  });

  const begin = (process: CoordinatorProcess, gid: string, headers: Record<string, string>) =>
    send(process.url, 'POST', '/v1/transactions', checkout(gid), headers);

  const spanOf = (name: string) => collector.spans.find((span) => span.name === name);

  it('goes on with the trace of its caller, down to the participants, and exports it', async () => {
    const process = await start(await exporting());
    expect((await begin(process, randomUUID(), { traceparent })).body.status).toBe('committed');
    // Nothing is exported for a minute: what is gathered leaves when the process goes.
    process.signal('SIGTERM');
    expect(await process.ended).toBe(0);
    const [whole, forward, attempt, confirm] = ['tcc checkout', 'forward', 'inventory.reserve try', 'inventory.reserve confirm'].map(
      spanOf,
    );
    expect(collector.spans.map(({ traceId }) => traceId)).toEqual(Array(5).fill(TRACE));
    expect(whole?.parentSpanId).toBe(CALLER);
    expect(forward?.parentSpanId).toBe(whole?.spanId);
    expect(attempt?.parentSpanId).toBe(forward?.spanId);
    expect(participant.calls.map((call) => call.traceparent)).toEqual([
      `00-${TRACE}-${attempt?.spanId}-01`,
      `00-${TRACE}-${confirm?.spanId}-01`,
    ]);
    expect(collector.received).not.toContain(SECRET);
  });

  it('goes on with the trace after a crash', async () => {
    const environment = await exporting();
    const first = await start(environment);
    const gid = randomUUID();
    participant.on('inventory.reserve', 'try', () => ({ status: 204, after: new Promise(() => undefined) }));
    void begin(first, gid, { b3: `${TRACE}-${CALLER}-1` }).catch(() => undefined);
    await until('the try is called', () => participant.calls.length === 1);
    first.signal('SIGKILL');
    await first.ended;
    participant.reset();
    const second = await start(environment);
    await until('it is final', async () => (await second.get(`/v1/transactions/${gid}`)).body.status === 'committed');
    second.signal('SIGTERM');
    await second.ended;
    expect(spanOf('tcc checkout')).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
    for (const call of participant.calls) expect(call.traceparent).toContain(`00-${TRACE}-`);
  });

  it('hands the trace of its caller on as it is while it exports nothing itself', async () => {
    const process = await start();
    await begin(process, randomUUID(), { traceparent });
    expect(participant.calls.map((call) => call.traceparent)).toEqual([traceparent, traceparent]);
  });

  it('takes a repeat with another trace for the same transaction', async () => {
    const process = await start();
    const gid = randomUUID();
    await begin(process, gid, { traceparent });
    const { status } = await begin(process, gid, { traceparent: `00-${'1'.repeat(32)}-${CALLER}-01` });
    expect(status).toBe(200);
    expect(participant.calls).toHaveLength(2);
  });

  it('does not mind a trace that cannot be read, nor a collector that is away', async () => {
    const away = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '300', OTEL_BSP_SCHEDULE_DELAY: '50' };
    const process = await start(away);
    expect((await begin(process, randomUUID(), { traceparent: 'nonsense', b3: 'more of it' })).body.status).toBe('committed');
    await until('the log says so', () => process.output.includes('"code":"tracing"'));
    process.signal('SIGTERM');
    expect(await process.ended).toBe(0);
  });

  it('writes the line of a transaction that has just finished before it goes, with gid and trace id, and never a payload', async () => {
    const process = await start({ ASSENT_LOG_LEVEL: 'debug', ASSENT_LINKS: 'trace=https://jaeger/trace/{traceId}' });
    const gid = randomUUID();
    await begin(process, gid, { traceparent });
    expect((await process.get(`/v1/transactions/${gid}`)).body.links).toMatchObject({
      self: `/v1/transactions/${gid}`,
      trace: `https://jaeger/trace/${TRACE}`,
    });
    process.signal('SIGTERM');
    expect(await process.ended).toBe(0);
    const lines = process.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ msg }) => msg === 'transaction finished')).toMatchObject([{ gid, traceId: TRACE, status: 'committed' }]);
    expect(lines.filter(({ msg }) => msg === 'call ended')).toMatchObject([
      { gid, branch: 'stock', op: 'try', traceId: TRACE },
      { gid, branch: 'stock', op: 'confirm', traceId: TRACE },
    ]);
    expect(process.output).not.toContain(SECRET);
  });
});
