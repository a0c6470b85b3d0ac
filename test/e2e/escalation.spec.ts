/** Escalation through a whole coordinator, on every database: a rule over REST, a webhook at a receiver, an acknowledgement, and word that it is over. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';

interface Message {
  readonly type: string;
  readonly alert: string;
  readonly subject: string;
}

describeOnEveryDatabase('Escalation', (ground) => {
  let server: Server;
  let assent: TestCoordinator;
  let origin: string;
  const messages: Message[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        messages.push(JSON.parse(Buffer.concat(chunks).toString()) as Message);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assent = await ground().start({ ASSENT_WEBHOOK_ORIGINS: origin });
  });
  afterAll(async () => {
    await assent.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells of a transaction that is unfinished, until somebody is at it, and when it is over', async () => {
    const rule = await assent.post('/v1/escalation-rules', { name: 'old', kind: 'stuck', severity: 'warning', url: `${origin}/hook` });
    expect([rule.status, rule.body.signingKey]).toEqual([200, expect.stringMatching(/^whsec_/)]);
    expect(JSON.stringify((await assent.get('/v1/escalation-rules')).body)).not.toContain('whsec_');
    expect((await assent.post('/v1/escalation-rules/old/test', {})).body).toMatchObject({ status: 204, problem: '' });

    const gid = randomUUID();
    await assent.post('/v1/transactions', { gid, pattern: 'tcc', driver: 'initiator', branches: [] });
    const heard = (type: string) => messages.find((message) => message.type === type && message.subject === gid);
    await until('the receiver has been told', async () => heard('assent.alert') !== undefined);
    const alert = heard('assent.alert')?.alert ?? '';
    const acknowledged = await assent.post(`/v1/alerts/${alert}/acknowledge`, { comment: 'I am at it' });
    expect(acknowledged.body).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'local', nextAt: null, deliveries: 1 });

    await assent.post(`/v1/transactions/${gid}/abort`, { wait: 'final' });
    await until('the receiver knows that it is over', async () => heard('assent.alert.resolved') !== undefined);
    // A row of the delivery log follows the answer of the receiver.
    const deliveries = async () => (await assent.get(`/v1/alerts/${alert}/deliveries`)).body as unknown as { items: { status: number }[] };
    await until('both deliveries are logged', async () => (await deliveries()).items.length === 2);
    expect((await deliveries()).items.map(({ status }) => status)).toEqual([204, 204]);
    expect((await assent.post(`/v1/alerts/${alert}/acknowledge`, { comment: 'late' })).body.state).toBe('resolved');
  });

  it('refuses a receiver that nobody allowed', async () => {
    const put = (url: string) => assent.post('/v1/escalation-rules', { name: 'bad', kind: 'parked', severity: 'info', url });
    for (const url of [
      'http://169.254.169.254/latest',
      'http://2852039166/',
      'http://[::ffff:169.254.169.254]/',
      'https://elsewhere.example/',
    ]) {
      expect((await put(url)).body).toMatchObject({ status: 422, code: 'webhook_not_allowed', pointer: '/url' });
    }
  });
});
