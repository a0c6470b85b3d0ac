/** The examples of docs/api.md by which a coordinator is administered, sent as they stand, and a receiver that does what docs/security.md says. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { administrationExamples } from '../../apps/coordinator/src/docs/administration-examples.js';
import { send, startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder: TestFolder;
let assent: TestCoordinator;
let receiver: Server;
let origin: string;
let received: Received[];

beforeEach(async () => {
  received = [];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  folder = testFolder();
  assent = await startCoordinator(folder, { ASSENT_WEBHOOK_ORIGINS: origin });
});
afterEach(async () => {
  await assent.stop();
  await new Promise((resolve) => receiver.close(resolve));
  folder.remove();
});

/** Sends an example as curl would, to this coordinator, with this id and this receiver in the place of those of the page. */
async function sendExample(name: string, id = '') {
  const text = (administrationExamples[name] ?? '').replaceAll('https://hooks.pager.example', origin);
  const [, path = ''] = /^curl -s '?localhost:4100([^\s']+)/.exec(text) ?? [];
  const [, body] = /-d '([^']*)'$/.exec(text) ?? [];
  return send(assent.url, body === undefined ? 'GET' : 'POST', path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, id), body);
}

const firstOf = async (name: string): Promise<Record<string, unknown>> => {
  const { body } = await sendExample(name);
  return (body.items as unknown as Record<string, unknown>[])[0] ?? {};
};

it('is administered by the examples of the guide', async () => {
  const inOrder = ['me', 'makeKey', 'listKeys', 'listAudit', 'auditHead', 'verifyAudit', 'demandApproval', 'listApprovalRules'];
  const answers = [];
  for (const name of inOrder) answers.push([name, (await sendExample(name)).status]);
  expect(answers).toEqual(inOrder.map((name) => [name, name === 'makeKey' ? 201 : 200]));
  const key = await firstOf('listKeys');
  expect((await sendExample('revokeKey', String(key.id))).status).toBe(200);
  for (const name of ['showApproval', 'approve', 'reject'])
    expect((await sendExample(name, String(key.id))).body.code).toBe('approval_not_found');
  expect((await sendExample('retryJob', String(key.id))).body.code).toBe('job_not_found');
  await assent.post('/v1/policies', { name: 'night', reason: 'batches may take their time', deadlineMs: 3_600_000 });
  expect((await sendExample('retirePolicy')).body).toMatchObject({ name: 'night' });
  expect(((await sendExample('listApprovals')).body as { items?: unknown }).items).toEqual([]);
  expect((await sendExample('demandNoApproval')).status).toBe(200);
});

it('tells a receiver that verifies as the security model shows, until the alert is acknowledged', async () => {
  const rule = await sendExample('putEscalationRule');
  expect(readFileSync('docs/security.md', 'utf8')).toContain('new Webhook(signingKey).verify(body, headers)');
  const verified = ({ body, headers }: Received) =>
    new Webhook(String(rule.body.signingKey)).verify(body, headers as Record<string, string>);
  expect((await sendExample('testEscalationRule')).body).toMatchObject({ status: 204, problem: '' });
  expect(received.map(verified)).toMatchObject([{ type: 'assent.alert.test', severity: 'critical', dedupeKey: 'parked/test' }]);
  expect(await firstOf('listRuleDeliveries')).toMatchObject({ alert: 'test', status: 204 });

  await assent.post('/v1/escalation-rules', { name: 'stuck', kind: 'stuck', severity: 'warning', url: `${origin}/stuck` });
  await assent.post('/v1/transactions', { gid: 'order-77', pattern: 'tcc', driver: 'initiator', branches: [] });
  await until('the receiver is told', () => received.some(({ path }) => path === '/stuck'));
  const alert = await firstOf('listAlerts');
  expect((await sendExample('acknowledgeAlert', String(alert.id))).body).toMatchObject({ state: 'acknowledged', subject: 'order-77' });
  expect((await sendExample('listAlertDeliveries', String(alert.id))).status).toBe(200);
  expect((await sendExample('removeEscalationRule')).status).toBe(200);
  expect((await sendExample('listEscalationRules')).status).toBe(200);
});
