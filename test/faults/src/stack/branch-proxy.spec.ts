/** The proxy before a participant: what it does to calls, and what it counts. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { BranchProxy } from './branch-proxy.js';

/** A participant that notes what it was called, and answers as it is told. */
class Participant {
  readonly bodies: string[] = [];
  statusCode = 200;
  private readonly server: Server = createServer((call, answer) => {
    void call.toArray().then((chunks) => {
      this.bodies.push(Buffer.concat(chunks as Buffer[]).toString());
      answer.writeHead(this.statusCode, { 'retry-after': '3' }).end('{"seat":1}');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('a proxy before a participant', () => {
  let participant: Participant;
  let proxy: BranchProxy;

  beforeEach(async () => {
    participant = new Participant();
    proxy = await BranchProxy.start(await participant.listen(), '127.0.0.1', () => 0.5);
  });
  afterEach(async () => {
    await proxy.close();
    await participant.close();
  });

  async function call(attempt = 1): Promise<{ statusCode: number; text: string; retryAfter: unknown }> {
    const headers = { 'webhook-id': `g/stock/stock:reserve/try/${attempt}` };
    const {
      statusCode,
      headers: got,
      body,
    } = await request(`${proxy.url}/assent/stock.reserve/try`, { method: 'POST', headers, body: '{"n":1}' });
    return { statusCode, text: await body.text(), retryAfter: got['retry-after'] };
  }

  async function until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!holds() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(holds()).toBe(true);
  }

  it('passes calls and answers on as they are', async () => {
    participant.statusCode = 425;
    expect(await call()).toEqual({ statusCode: 425, text: '{"seat":1}', retryAfter: '3' });
    expect(participant.bodies).toEqual(['{"n":1}']);
  });

  it('counts an answer with success as a duplicate when there was one for this op before, whatever the attempt', async () => {
    participant.statusCode = 500;
    await call(1);
    participant.statusCode = 200;
    await call(2);
    expect(proxy.traffic.duplicates).toBe(0);
    await call(3);
    expect(proxy.traffic).toMatchObject({ delivered: 3, duplicates: 1 });
  });

  it('holds requests back until the network is healed, and delivers them then', async () => {
    proxy.partition('requests');
    const answered = call();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(participant.bodies).toEqual([]);
    proxy.heal();
    expect((await answered).statusCode).toBe(200);
  });

  it('holds answers back when the participant has done its work', async () => {
    proxy.partition('answers');
    let isAnswered = false;
    const answered = call().then(() => {
      isAnswered = true;
    });
    await until(() => proxy.traffic.delivered === 1);
    expect(isAnswered).toBe(false);
    proxy.heal();
    await answered;
  });

  it('delivers calls twice, and late', async () => {
    proxy.misbehave({ repeat: 1, late: 1, upToMs: 20 });
    await call();
    await until(() => participant.bodies.length === 2);
    await until(() => proxy.traffic.delivered === 2);
    expect(proxy.traffic).toMatchObject({ duplicates: 1, repeated: 1, late: 1 });
  });

  it('breaks the connection when the participant is not there', async () => {
    await participant.close();
    await expect(call()).rejects.toThrow();
  });
});
