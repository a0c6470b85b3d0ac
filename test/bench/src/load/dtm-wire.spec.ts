import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dtmSaga, dtmWork, withPool } from './index.js';

let answer: { readonly status: number; readonly body: string };
let asked: { readonly path: string; readonly body: unknown }[];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      asked.push({ path: request.url as string, body: JSON.parse(text) as unknown });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const once = () => withPool(url, 1, (pool) => dtmWork(pool, 'http://127.0.0.1:9')());

describe('the wire of other servers', () => {
  it('submits a saga of two steps and waits for its outcome', async () => {
    answer = { status: 200, body: '{"dtm_result":"SUCCESS"}' };
    await once();
    const steps = ['deduct', 'charge'].map((step) => ({
      action: `http://127.0.0.1:9/dtm/${step}`,
      compensate: `http://127.0.0.1:9/dtm/${step}-undo`,
    }));
    const payload = '{"lines":[{"sku":"tea","quantity":2}]}';
    const body = { gid: expect.any(String), trans_type: 'saga', steps, payloads: [payload, payload], wait_result: true };
    expect(asked).toEqual([{ path: '/api/dtmsvr/submit', body }]);
  });

  it('has another gid for each', async () => {
    answer = { status: 200, body: '{"dtm_result":"SUCCESS"}' };
    await once();
    await once();
    expect(new Set(asked.map(({ body }) => (body as { gid: string }).gid)).size).toBe(2);
    expect(JSON.parse(dtmSaga('mine', url))).toMatchObject({ gid: 'mine' });
  });

  it.each([
    [409, '{"dtm_result":"FAILURE","message":"rolled back"}'],
    [200, '{"dtm_result":"FAILURE"}'],
    [425, '{"dtm_result":"ONGOING"}'],
    [500, 'no'],
  ])('takes %d %s for a failure', async (status, body) => {
    answer = { status, body };
    await expect(once()).rejects.toThrow(`answered ${status}: ${body}`);
  });
});
