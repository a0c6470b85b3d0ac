/** Webhooks leave for allowed origins only, never for this machine or a metadata service by any spelling, and no socket is opened to find out. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { EgressPolicy, makeParticipantKey, WebhookSender } from '@assent/transport';
import { Webhook } from 'standardwebhooks';

const key = makeParticipantKey();
const body = '{"type":"assent.alert"}';

let server: Server;
let port: number;
let connections = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let received: { readonly headers: Record<string, string>; readonly body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  connections = 0;
  received = [];
  answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
      response.writeHead(204).end();
    });
  };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Given {
  readonly allowLoopback: boolean;
  readonly lookup?: LookupFunction;
  readonly timeoutMs?: number;
}

async function send(url: string, { allowLoopback, lookup, timeoutMs = 2_000 }: Given) {
  const denied: string[] = [];
  const egress = new EgressPolicy({
    allowLoopback,
    allowedOrigins: [new URL(url).origin],
    denied: (host) => denied.push(host),
    ...(lookup === undefined ? {} : { lookup }),
  });
  const sender = new WebhookSender({ egress, timeoutMs, monotonicMs: () => performance.now(), wallClockMs: () => Date.now() });
  return { end: await sender.send({ url, key, id: 'alert-1', body }), denied };
}

const resolvingTo =
  (address: string, family: number): LookupFunction =>
  (_hostname, options, callback) =>
    options.all === true ? callback(null, [{ address, family }]) : callback(null, address, family);

const spellings = [
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '127.1',
  '127.0.0.1.',
  '１２７.０.０.１',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '[::ffff:169.254.169.254]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '0.0.0.0',
  '0',
];

it.each(spellings)('is not sent to %s, although the origin is allowed; that is told, and no socket is opened', async (host) => {
  const { end, denied } = await send(`http://${host}:${port}/`, { allowLoopback: false });
  expect([end, denied.length, connections]).toEqual([expect.objectContaining({ kind: 'failed', code: 'egress_denied' }), 1, 0]);
});

it.each([
  ['127.0.0.1', 4],
  ['::1', 6],
  ['::ffff:127.0.0.1', 6],
  ['169.254.169.254', 4],
] as const)('is not sent to a name that resolves to %s', async (address, family) => {
  const { end, denied } = await send(`http://hooks.example:${port}/`, { allowLoopback: false, lookup: resolvingTo(address, family) });
  expect([end, denied, connections]).toEqual([expect.objectContaining({ code: 'egress_denied' }), ['hooks.example'], 0]);
});

it('is not sent to a URL that nobody allowed', async () => {
  const egress = new EgressPolicy({ allowLoopback: true, allowedOrigins: ['https://hooks.example'] });
  const sender = new WebhookSender({ egress, timeoutMs: 500, monotonicMs: () => performance.now(), wallClockMs: () => Date.now() });
  expect(await sender.send({ url: `http://127.0.0.1:${port}/`, key, id: 'a', body })).toMatchObject({ code: 'egress_denied' });
  expect(connections).toBe(0);
});

it('does not follow a redirect to a metadata service, or to anywhere', async () => {
  answer = (_request, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end();
  const { end } = await send(`http://127.0.0.1:${port}/`, { allowLoopback: true });
  expect([end, connections]).toEqual([expect.objectContaining({ kind: 'answered', status: 307 }), 1]);
});

it('is signed so that a Standard Webhooks library takes it, in development to this machine', async () => {
  const { end } = await send(`http://127.0.0.1:${port}/hook?a=1`, { allowLoopback: true });
  expect(end).toMatchObject({ kind: 'answered', status: 204 });
  const [message] = received;
  expect(new Webhook(key).verify(message?.body ?? '', message?.headers ?? {})).toEqual(JSON.parse(body));
  expect(message?.headers['webhook-id']).toBe('alert-1');
});

it('says what happened when nobody answers, or nobody listens', async () => {
  answer = () => undefined;
  expect((await send(`http://127.0.0.1:${port}/`, { allowLoopback: true, timeoutMs: 100 })).end).toMatchObject({ code: 'timeout' });
  server.closeAllConnections();
  expect((await send('http://127.0.0.1:1/', { allowLoopback: true })).end).toMatchObject({ code: 'connect_failed' });
});
