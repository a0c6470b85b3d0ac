/** Escalation over a database file and a receiver that listens: who is told what, how often, and when it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttentionEntity, EscalationAlertEntity, GlobalTransactionEntity, type OpenedStore, openTransactionStore } from '@assent/store';
import { EgressPolicy, WebhookSender } from '@assent/transport';
import { Webhook } from 'standardwebhooks';
import { Not } from 'typeorm';
import { type AskedRule, Escalations } from './escalations.js';
import { Escalator, type OpenBreaker } from './escalator.js';

interface Message {
  readonly path: string;
  readonly id: string;
  readonly body: { readonly type: string; readonly subject?: string; readonly dedupeKey: string; readonly escalated?: boolean };
}

const lines: object[] = [];
const remember = (fields: object) => void lines.push(fields);
const log = { info: remember, warn: remember };
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

const times = { monotonicMs: clock.monotonicMs, wallClockMs: clock.nowMs };

/** A node that dies when it is about to send. */
class DyingSender extends WebhookSender {
  override send(): never {
    throw new Error('died');
  }
}

let folder: string;
let opened: OpenedStore;
let server: Server;
let origin: string;
let status: number;
/** Called with every message before it is answered; what it returns is the status. */
let answer: ((message: Message) => number | Promise<number>) | null;
let messages: Message[];
let breakers: OpenBreaker[];
let sender: WebhookSender;
let escalations: Escalations;
let key: string;

beforeEach(async () => {
  lines.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'assent-escalation-'));
  opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
  status = 204;
  answer = null;
  messages = [];
  breakers = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const body = new Webhook(key).verify(Buffer.concat(chunks).toString(), headers) as Message['body'];
      const message = { path: request.url ?? '', id: headers['webhook-id'] ?? '', body };
      messages.push(message);
      void Promise.resolve(answer === null ? status : answer(message)).then((said) => response.writeHead(said).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const egress = new EgressPolicy({ allowLoopback: true, allowedOrigins: [origin] });
  sender = new WebhookSender({ egress, timeoutMs: 2_000, ...times });
  escalations = new Escalations(opened.dataSource, sender, clock.nowMs);
});
afterEach(async () => {
  await opened.store.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const nodeCalled = (node: string) =>
  new Escalator({ dataSource: opened.dataSource, sender, node, holder: node, openBreakers: () => breakers, log });

async function rule(changes: Partial<AskedRule> = {}): Promise<void> {
  const put = await escalations.put(
    {
      ...{ name: 'parked', kind: 'parked', ageMs: 0, severity: 'critical', url: `${origin}/first`, escalationUrl: null, signingKey: null },
      ...{ repeatMs: 3_600_000, escalateMs: 3_600_000, enabled: true },
      ...changes,
    },
    'root',
  );
  key = put.signingKey;
}

const park = (gid: string, kind: 'parked' | 'mixed' = 'parked') =>
  opened.dataSource
    .getRepository(AttentionEntity)
    .insert({ gid, branch: 'pay', kind, code: 'ATTEMPTS', participant: 'payment', sinceMs: 1 });
const unpark = (gid: string) => opened.dataSource.getRepository(AttentionEntity).delete({ gid });
/** Whatever is to be sent later is due now. */
const makeDue = () => opened.dataSource.getRepository(EscalationAlertEntity).update({ id: Not('') }, { nextAtMs: 1 });
const alerts = () => escalations.alerts(null, '', 100);

it('tells of what is parked, once until it is time to repeat, with a signature and a key to tell repeats by', async () => {
  await rule();
  await park('g-1');
  const node = nodeCalled('a');
  await node.look();
  await node.look();
  expect(messages).toEqual([
    {
      path: '/first',
      id: expect.stringMatching(/-1$/),
      body: expect.objectContaining({ type: 'assent.alert', dedupeKey: 'parked/g-1', subject: 'g-1' }),
    },
  ]);
  await makeDue();
  await node.look();
  expect(messages.map(({ id }) => id.slice(-2))).toEqual(['-1', '-2']);
});

it('is silent once somebody has acknowledged it, says when it is over, and begins anew when it comes again', async () => {
  await rule();
  await park('g-1');
  const node = nodeCalled('a');
  await node.look();
  const [alert] = await alerts();
  expect(await escalations.acknowledge(alert?.id ?? '', 'ada', 'I am at it')).toMatchObject({
    state: 'acknowledged',
    acknowledgedBy: 'ada',
  });
  await node.look();
  expect(messages).toHaveLength(1);
  await unpark('g-1');
  await node.look();
  expect(messages.at(-1)?.body).toMatchObject({ type: 'assent.alert.resolved', dedupeKey: 'parked/g-1' });
  await park('g-1');
  await node.look();
  expect(messages).toHaveLength(3);
  expect((await alerts()).map(({ state }) => state)).toEqual(['resolved', 'open']);
});

it('goes to a second place as well when nobody acknowledges it in time', async () => {
  await rule({ escalationUrl: `${origin}/second`, escalateMs: 1 });
  await park('g-1');
  const node = nodeCalled('a');
  await node.look();
  await opened.dataSource.getRepository(EscalationAlertEntity).update({ id: Not('') }, { openedAtMs: 1, nextAtMs: 1 });
  await node.look();
  expect(messages.filter(({ path }) => path === '/second').map(({ body }) => body.escalated)).toEqual([true]);
});

it('keeps what was not taken in the log, and sends it again', async () => {
  await rule();
  await park('g-1');
  status = 500;
  const node = nodeCalled('a');
  await node.look();
  const [alert] = await alerts();
  expect(alert?.nextAtMs ?? 0).toBeLessThan(Date.now() + 60_000);
  status = 204;
  await makeDue();
  await node.look();
  const log = await escalations.deliveries({ alert: alert?.id ?? '' }, 10);
  expect(log.map(({ attempt, status: answered, problem }) => [attempt, answered, problem])).toEqual([
    [2, 204, ''],
    [1, 500, 'answered 500'],
  ]);
});

it('is held up by no receiver that hangs: word goes to all of them side by side', async () => {
  await rule();
  await rule({ name: 'too', url: `${origin}/second`, signingKey: key });
  await park('g-1');
  let tell = (_status: number): void => undefined;
  const bothHaveCome = new Promise<number>((resolve) => {
    tell = resolve;
  });
  answer = () => {
    if (messages.length === 2) tell(204);
    return bothHaveCome;
  };
  await nodeCalled('a').look();
  const sent = await Promise.all(['parked', 'too'].map((name) => escalations.deliveries({ rule: name }, 10)));
  expect(sent.map((log) => log.map(({ status: answered }) => answered))).toEqual([[204], [204]]);
});

it('tells of what is new before it repeats what is not taken', async () => {
  await rule();
  for (let n = 0; n < 25; n += 1) await park(`g-${n}`);
  status = 500;
  const node = nodeCalled('a');
  await node.look();
  await node.look();
  await makeDue();
  await park('g-new');
  messages.length = 0;
  await node.look();
  expect(messages.map(({ body }) => body.subject)).toContain('g-new');
});

it('is not said again to who has taken it because somebody else has not, until it is time to repeat', async () => {
  await rule({ escalationUrl: `${origin}/second`, escalateMs: 1 });
  await park('g-1');
  answer = ({ path }) => (path === '/second' ? 503 : 204);
  const node = nodeCalled('a');
  await node.look();
  await opened.dataSource.getRepository(EscalationAlertEntity).update({ id: Not('') }, { openedAtMs: 1, nextAtMs: 1 });
  for (let n = 0; n < 3; n += 1) {
    await node.look();
    await makeDue();
  }
  expect(messages.map(({ path }) => path)).toEqual(['/first', '/first', '/second', '/second', '/second']);
  await unpark('g-1');
  await node.look();
  expect(messages.slice(5).map(({ path, body }) => [path, body.type])).toEqual([
    ['/first', 'assent.alert.resolved'],
    ['/second', 'assent.alert.resolved'],
  ]);
});

it('is sent by one node: another goes on when that one has gone', async () => {
  await rule();
  await park('g-1');
  const [a, b] = [nodeCalled('a'), nodeCalled('b')];
  await a.look();
  await makeDue();
  await b.look();
  expect(messages).toHaveLength(1);
  await a.stop();
  await b.look();
  expect(messages).toHaveLength(2);
});

it('loses nothing when a node dies between its claim and the webhook, and sends it half a minute later', async () => {
  await rule();
  await park('g-1');
  const dying = new DyingSender({ egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [origin] }), timeoutMs: 1, ...times });
  const parts = { dataSource: opened.dataSource, node: 'a', openBreakers: () => [], log };
  await new Escalator({ ...parts, sender: dying, holder: 'a' }).look();
  expect(messages).toEqual([]);
  expect((await alerts())[0]?.nextAtMs ?? Number.POSITIVE_INFINITY).toBeLessThan(Date.now() + 31_000);
  await opened.dataSource.query('UPDATE duty SET until = 0');
  await makeDue();
  await nodeCalled('b').look();
  expect(messages).toHaveLength(1);
  expect((await alerts())[0]?.nextAtMs ?? 0).toBeGreaterThan(Date.now() + 3_000_000);
});

it('tells of mixed ends and of what is unfinished for too long', async () => {
  await rule({ name: 'mixed', kind: 'mixed' });
  const signingKey = key;
  await rule({ name: 'old', kind: 'stuck', ageMs: 60_000, signingKey });
  await park('g-mixed', 'mixed');
  const row = {
    ...{
      status: 'active' as const,
      pattern: 'saga',
      mixed: false,
      paused: false,
      version: 1,
      flush: '1',
      name: 'checkout',
      businessKey: null,
    },
    ...{ createdBy: 'order', contentHash: Buffer.alloc(32), definition: '{}', progress: '', finishedAtMs: null },
  } as const;
  const table = opened.dataSource.getRepository(GlobalTransactionEntity);
  await table.insert({ ...row, gid: 'g-driven', owner: '7', dueAtMs: null, createdAtMs: 1 });
  await table.insert({ ...row, gid: 'g-resting', owner: null, dueAtMs: 9, createdAtMs: 1 });
  await table.insert({ ...row, gid: 'g-young', owner: '7', dueAtMs: null, createdAtMs: Date.now() });
  // Begun long ago, and parked a moment ago.
  await table.insert({ ...row, gid: 'g-parked', owner: null, dueAtMs: null, createdAtMs: 1 });
  await opened.dataSource
    .getRepository(AttentionEntity)
    .insert({ gid: 'g-parked', branch: 'pay', kind: 'parked', code: 'ATTEMPTS', participant: 'payment', sinceMs: Date.now() });
  await nodeCalled('a').look();
  expect(messages.map(({ body }) => body.dedupeKey).sort()).toEqual(['mixed/g-mixed', 'old/g-driven', 'old/g-parked', 'old/g-resting']);
  await table.update({ gid: 'g-driven' }, { finishedAtMs: 5 });
  await nodeCalled('a').look();
  expect((await escalations.alerts('resolved', '', 10)).map(({ subject }) => subject)).toEqual(['g-driven']);
});

it('tells of a breaker that is open, of which node, and when it has closed', async () => {
  await rule({ name: 'breaker', kind: 'breaker_open' });
  breakers = [{ participant: 'payment', sinceMs: 1, detail: 'payment is not called any more' }];
  const node = nodeCalled('a');
  await opened.store.enter({ incarnation: '7', name: 'a' });
  await node.look();
  expect(messages.map(({ body }) => body.subject)).toEqual(['payment@a']);
  breakers = [];
  await node.look();
  expect(messages.at(-1)?.body.type).toBe('assent.alert.resolved');
});

it('holds an alert of a breaker to be over when its node is gone', async () => {
  await rule({ name: 'breaker', kind: 'breaker_open' });
  breakers = [{ participant: 'payment', sinceMs: null, detail: 'payment is not called any more' }];
  await nodeCalled('gone').look();
  breakers = [];
  await opened.dataSource.query('UPDATE duty SET until = 0');
  await nodeCalled('b').look();
  expect(await escalations.alerts('resolved', '', 10)).toHaveLength(1);
});

it('forgets what was over a month ago, with what was sent for it', async () => {
  await rule();
  await park('g-1');
  const node = nodeCalled('a');
  await node.look();
  await unpark('g-1');
  await node.look();
  const [alert] = await alerts();
  await opened.dataSource.getRepository(EscalationAlertEntity).update({ id: alert?.id ?? '' }, { openedAtMs: 1, resolvedAtMs: 2 });
  await node.look();
  expect(await alerts()).toEqual([]);
  expect(await escalations.deliveries({ alert: alert?.id ?? '' }, 10)).toEqual([]);
});

it('ends all alerts of a rule that is removed, and tells nobody', async () => {
  await rule();
  await park('g-1');
  const node = nodeCalled('a');
  await node.look();
  await escalations.remove('parked', 'root', 'too loud');
  await makeDue();
  await node.look();
  expect(messages).toHaveLength(1);
  expect((await alerts()).map(({ state }) => state)).toEqual(['resolved']);
});

it('can be tried out, and refuses URLs that nobody allowed', async () => {
  await rule();
  expect(await escalations.test('parked', 'ada')).toMatchObject({ status: 204, problem: '' });
  expect(messages.map(({ body }) => body.type)).toEqual(['assent.alert.test']);
  status = 500;
  expect(await escalations.test('parked', 'ada')).toMatchObject({ status: 500, problem: 'answered 500' });
  expect(await escalations.deliveries({ rule: 'parked' }, 10)).toHaveLength(2);
  await expect(rule({ url: 'http://169.254.169.254/latest' })).rejects.toMatchObject({ code: 'webhook_not_allowed' });
  await expect(rule({ escalationUrl: 'https://elsewhere.example/' })).rejects.toMatchObject({ fields: { pointer: '/escalationUrl' } });
});

it('names the transaction on every line that is about one', async () => {
  await rule();
  await park('g-1');
  server.removeAllListeners('request').on('request', (request, response) => request.resume() && response.writeHead(500).end());
  const node = nodeCalled('a');
  await node.look();
  await unpark('g-1');
  await node.look();
  expect(lines.map((line) => ('gid' in line ? line.gid : line))).toEqual(['g-1', 'g-1', 'g-1', 'g-1']);
});
