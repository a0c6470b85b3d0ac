/** A saga that names a URL nobody allowed: refused by a coordinator in production, in every spelling, without a socket, and said in its log. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CoordinatorProcess } from '../e2e/support/coordinator-process.js';
import { type TestFolder, testFolder, until } from '../e2e/support/coordinators.js';
import { freePort } from '../support/mariadb.js';

const spellings = [
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  'localhost',
  '169.254.169.254',
  '2852039166',
  'elsewhere.example',
  '127.0.0.1.',
  '127。0。0。1',
  '１２７.０.０.１',
  '[fe80::1%25eth0]',
  'somebody:secret@169.254.169.254',
  '[2002:7f00:1::]',
  '[64:ff9b::a9fe:a9fe]',
];

describe('A coordinator in production', () => {
  let folder: TestFolder;
  let server: Server;
  let assent: CoordinatorProcess;
  let connections = 0;

  beforeAll(async () => {
    folder = testFolder();
    server = createServer((_request, response) => response.end());
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    assent = CoordinatorProcess.spawn(folder, await freePort(), {
      ASSENT_MODE: 'production',
      ASSENT_ALLOWED_ORIGINS: 'https://mail.internal',
    });
    await assent.ready();
  });
  afterAll(async () => {
    assent.signal('SIGKILL');
    await assent.ended;
    await new Promise((resolve) => server.close(resolve));
    folder.remove();
  });

  it('refuses every spelling of an address of its own or of a metadata service, opens no socket, and says each in its log', async () => {
    for (const host of spellings) {
      const url = `http://${host}:${(server.address() as AddressInfo).port}/latest`;
      const answer = await assent.post('/v1/transactions', {
        pattern: 'saga',
        branches: [{ id: 'a', urls: { action: url }, compensate: 'none' }],
      });
      expect([host, answer.status, answer.body.code]).toEqual([host, 422, 'url_not_allowed']);
    }
    expect(connections).toBe(0);
    const said = () => assent.output.match(/"code":"egress_denied"/g)?.length ?? 0;
    await until('every refusal is in the log', async () => said() === spellings.length);
  });
});
