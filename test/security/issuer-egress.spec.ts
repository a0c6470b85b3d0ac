/** The keys of an issuer are read from the URL of the configuration, and from nowhere else: not from this machine or a metadata service, by no way. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { DocumentReader, EgressPolicy } from '@assent/transport';
import { readConfiguration } from '../../apps/coordinator/src/configuration/index.js';

let server: Server;
let port: number;
let connections = 0;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => answer(response));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  connections = 0;
  answer = (response) => response.end('{"keys":[]}');
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function readerOf(
  url: string,
  { allowLoopback = false, lookup }: { readonly allowLoopback?: boolean; readonly lookup?: LookupFunction } = {},
) {
  const denied: string[] = [];
  const allowedOrigins = [new URL(url).origin];
  const egress = new EgressPolicy({ allowLoopback, allowedOrigins, denied: (host) => denied.push(host), ...(lookup && { lookup }) });
  const reader = new DocumentReader(egress);
  return { denied, read: () => reader.read(url, { accept: 'application/json' }, AbortSignal.timeout(2_000)) };
}

it.each([
  '127.0.0.1',
  '2130706433',
  '0x7f.1',
  '0177.1',
  '[::1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '169.254.169.254',
  '[fd00:ec2::254]',
])('They are not read from %s; that is told, and no socket is opened', async (host) => {
  const { read, denied } = readerOf(`http://${host}:${port}/keys`);
  await expect(read()).rejects.toMatchObject({ code: 'EGRESS_DENIED' });
  expect([denied.length, connections]).toEqual([1, 0]);
});

it('They are not read from a name that resolves to this machine, though it resolved elsewhere before', async () => {
  const lookup: LookupFunction = (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  const { read, denied } = readerOf(`http://issuer.example:${port}/keys`, { lookup });
  await expect(read()).rejects.toMatchObject({ cause: { code: 'EGRESS_DENIED' } });
  expect([denied, connections]).toEqual([['issuer.example'], 0]);
});

it('A redirect is an answer like any other, and is not followed', async () => {
  answer = (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  expect(await readerOf(`http://127.0.0.1:${port}/keys`, { allowLoopback: true }).read()).toMatchObject({ status: 302 });
  expect(connections).toBe(1);
});

it('In development they are read from this machine, and not more of it than keys can be', async () => {
  const { read } = readerOf(`http://127.0.0.1:${port}/keys`, { allowLoopback: true });
  expect(await read()).toEqual({ status: 200, text: '{"keys":[]}' });
  answer = (response) => response.end('x'.repeat(2_000_000));
  await expect(read()).rejects.toThrow();
});

it('A coordinator in production does not start with an issuer on this machine', () => {
  const values = {
    ASSENT_AUTH: 'on',
    ASSENT_JWT_ISSUER: 'https://i',
    ASSENT_JWT_AUDIENCE: 'assent',
    ASSENT_JWT_JWKS_URL: 'http://localhost:1/keys',
  };
  expect(() => readConfiguration({ ...values, ASSENT_MODE: 'production' })).toThrow(/ASSENT_JWT_JWKS_URL names .* may not be called/);
  expect(readConfiguration({ ...values, ASSENT_MODE: 'development' }).access?.tokens).not.toBeNull();
});
