/** What a participant in any language can rely on: every call is signed, and the signed id says what the call is. */
import type { AddressInfo } from 'node:net';
import type { BranchCall, Clock } from '@assent/engine';
import { parseMessageId } from '@assent/protocol';
import { EgressPolicy, HttpBranchInvoker, makeParticipantKey, participantKeyProblem, Signer } from '@assent/transport';
import fastify, { type FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const clock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

const call: BranchCall = {
  gid: 'order-77.v1',
  branch: 'stock.1',
  op: 'confirm',
  attempt: 3,
  endpoint: { contract: 'inventory.reserve' },
  payload: '{"name":"Grüße 🫖","n":1.0}',
  timeoutMs: 1_500,
  begunAtMs: 1_700_000_000_123,
};

describe('a signed call', () => {
  const key = makeParticipantKey();
  const received: Received[] = [];
  let participant: FastifyInstance;
  let invoker: HttpBranchInvoker | undefined;

  beforeAll(async () => {
    participant = fastify();
    participant.removeContentTypeParser('application/json');
    participant.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    participant.post('/*', (request, reply) => {
      received.push({ headers: request.headers as Record<string, string>, body: request.body as string });
      return reply.code(204).send();
    });
    const origin = await participant.listen({ host: '127.0.0.1', port: 0 });
    invoker = new HttpBranchInvoker({
      participants: [{ name: 'inventory', baseUrl: origin, key }],
      origins: [{ origin, key }],
      egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [origin] }),
      clock,
      wallClockMs: Date.now,
    });
  });
  afterAll(async () => {
    await invoker?.close(0);
    await participant.close();
  });
  beforeEach(() => {
    received.length = 0;
  });

  const send = async (of: Partial<BranchCall> = {}): Promise<Received> => {
    await invoker?.invoke({ ...call, ...of }, () => true);
    const [only] = received.splice(0);
    if (only === undefined) throw new Error('nothing arrived');
    return only;
  };

  it('is accepted by a Standard Webhooks library', async () => {
    const { headers, body } = await send();
    expect(new Webhook(key).verify(body, headers)).toEqual({ name: 'Grüße 🫖', n: 1 });
  });

  it('carries the payload byte for byte', async () => {
    const payload = '{ "b" : 1.0,\n"a":"\\u00e9é" }';
    expect((await send({ payload })).body).toBe(payload);
  });

  it('is an empty object, signed, when there is no payload', async () => {
    const { headers, body } = await send({ payload: '' });
    expect([body, new Webhook(key).verify(body, headers)]).toEqual(['{}', {}]);
  });

  it('says in its id what it is', async () => {
    const { headers } = await send();
    expect(headers['webhook-id']).toBe('order-77:v1/stock:1/inventory:reserve/confirm/3');
    expect(parseMessageId(headers['webhook-id'] ?? '')).toEqual({
      gid: 'order-77.v1',
      branch: 'stock.1',
      contract: 'inventory.reserve',
      op: 'confirm',
      attempt: 3,
    });
  });

  it('says - for the contract of a free URL', async () => {
    const { port } = participant.server.address() as AddressInfo;
    const { headers } = await send({ endpoint: { urls: { confirm: `http://127.0.0.1:${port}/hook` } } });
    expect(headers['webhook-id']).toBe('order-77:v1/stock:1/-/confirm/3');
  });

  it('says how long the sender waits and when the transaction began', async () => {
    const { headers } = await send();
    expect(headers['assent-begun']).toBe('1700000000123');
    expect(Number(headers['assent-timeout-ms'])).toBeGreaterThan(1_000);
    expect(Number(headers['assent-timeout-ms'])).toBeLessThanOrEqual(1_500);
  });

  it('belongs to the trace of its transaction', async () => {
    const uuid = '0199c2f0-aaaa-7000-8000-000000000001';
    const first = (await send({ gid: uuid })).headers.traceparent ?? '';
    const second = (await send({ gid: uuid, op: 'cancel' })).headers.traceparent ?? '';
    const other = (await send({ gid: 'not-a-uuid' })).headers.traceparent ?? '';
    expect(first).toMatch(/^00-0199c2f0aaaa70008000000000000001-[0-9a-f]{16}-01$/);
    expect(other).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const span = (traceparent: string) => traceparent.split('-')[2];
    expect(second.slice(0, 36)).toBe(first.slice(0, 36));
    expect(span(second)).not.toBe(span(first));
  });

  it.each([
    ['another body', (sent: Received) => ({ ...sent, body: sent.body.replace('1.0', '2.0') })],
    [
      'another id',
      (sent: Received) => ({ ...sent, headers: { ...sent.headers, 'webhook-id': 'order-77:v1/stock:1/inventory:reserve/cancel/3' } }),
    ],
    [
      'another time',
      (sent: Received) => ({ ...sent, headers: { ...sent.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 9) } }),
    ],
  ])('does not verify with %s', async (_what, tamper) => {
    const { headers, body } = tamper(await send());
    expect(() => new Webhook(key).verify(body, headers)).toThrow('No matching signature');
  });

  it('does not verify with the key of another participant', async () => {
    const { headers, body } = await send();
    expect(() => new Webhook(makeParticipantKey()).verify(body, headers)).toThrow('No matching signature');
  });

  it('is new in time at every attempt, so that an old capture expires', async () => {
    const { headers } = await send();
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(5);
  });
});

describe('a participant key', () => {
  it('is made with 32 random bytes and differs every time', () => {
    const keys = Array.from({ length: 50 }, makeParticipantKey);
    expect(new Set(keys).size).toBe(50);
    expect(keys.map(participantKeyProblem)).toEqual(Array(50).fill(null));
    expect(Buffer.from((keys[0] ?? '').slice('whsec_'.length), 'base64')).toHaveLength(32);
  });

  it.each([
    ['no prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['not base64', 'whsec_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%'],
    ['nothing', ''],
  ])('with %s is refused without being shown', (_what, text) => {
    expect(participantKeyProblem(text)).toMatch(/^A key/);
    expect(() => new Signer(text)).toThrow(RangeError);
    if (text !== '') expect(() => new Signer(text)).not.toThrow(text);
  });

  it('signs the example of the Standard Webhooks specification as its libraries do', () => {
    const signature = new Signer('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').sign(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      Buffer.from('{"test": 2432232314}'),
    );
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});
