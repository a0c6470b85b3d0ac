/**
 * Bad input to every endpoint: whatever arrives is answered with a 4xx and a code of the catalogue, never a 500, and stores nothing. Besides a
 * table of named cases, bodies that were legal are mutated at random; a failure prints the seed with which it happens again.
 */
import { connect } from 'node:net';
import fc from 'fast-check';
import { request } from 'undici';
import { routes } from '../../apps/coordinator/src/api/index.js';
import { isErrorCode } from '../../apps/coordinator/src/errors/index.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder } from './support/coordinators.js';
import { storedVersions } from './support/stored.js';

const GID = '0199c2a0-7c1e-7a0b-9c55-0242ac120002';
const RUNS = 250;

const legal = {
  begin: {
    gid: GID,
    name: 'checkout',
    pattern: 'saga',
    policy: { name: 'standard', version: 1 },
    key: 'order-77',
    driver: 'coordinator',
    stepwise: false,
    branches: [
      { id: 'stock', contract: 'inventory.deduct', payload: { lines: [{ sku: 'tea', quantity: 2 }] }, after: [] },
      { id: 'ship', urls: { action: 'https://mail.internal/send' }, after: ['stock'], pivot: true },
      { id: 'mail', contract: 'inventory.mail', compensate: 'none', after: ['ship'] },
    ],
    wait: 'decided',
    timeoutMs: 10,
  },
  register: { id: 'a', contract: 'inventory.reserve', payload: { a: 1 }, run: 'coordinator', after: [], timeoutMs: 10 },
  submit: { branches: ['a', 'b'], wait: 'final', timeoutMs: 10 },
  abort: { reason: { code: 'WHY', message: 'because' }, wait: 'final', timeoutMs: 10 },
  makeKey: { principal: 'night-shift', role: 'operator', expiresAt: '2030-01-01T00:00:00Z' },
  revokeKey: { reason: 'lost' },
  approve: { comment: 'I have seen it' },
  reject: { comment: 'not now' },
  demandApproval: { action: 'resolve', role: 'operator', ttlMs: 60_000 },
  demandNoApproval: { reason: 'too slow' },
  putEscalationRule: {
    ...{
      name: 'parked',
      kind: 'parked',
      severity: 'critical',
      url: 'https://hooks.example/a',
      ageMs: 0,
      escalationUrl: 'https://hooks.example/b',
    },
    ...{ repeatMs: 60_000, escalateMs: 60_000, enabled: true, signingKey: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
  },
  removeEscalationRule: { reason: 'too loud' },
  testEscalationRule: {},
  acknowledgeAlert: { comment: 'I am at it' },
} as const;

/** Values that have surprised a parser, a validator or a database before. */
const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  -0,
  2 ** 53,
  '',
  ' ',
  'a'.repeat(65),
  'a'.repeat(5_000),
  'a/b',
  '../../etc/passwd',
  "'; DROP TABLE global_transaction; --",
  '\u0000',
  'a\u0000b',
  '\u202e',
  '😀',
  '%00',
  '{}',
  'null',
  [],
  [[]],
  [null],
  {},
  { a: 1 },
  { toString: 'x' },
  { length: 1e9 },
  { $ref: '#' },
  { valueOf: null },
  { toJSON: 'x' },
  { hasOwnProperty: 1 },
  Array.from({ length: 1_000 }, () => 'x'),
];

interface Mutation {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'add' | 'duplicate';
  readonly value: unknown;
}

/** Every place inside a value, as the container and the key. */
function places(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.keys(container).flatMap((key): [Record<string, unknown>, string][] => [[container, key], ...places(container[key])]);
}

/** A copy with one place changed. */
function mutated(body: object, { place, how, value }: Mutation): unknown {
  const copy = structuredClone(body);
  const found = places(copy);
  // An empty object has no place but a new one.
  if (found.length === 0) return { extra: value };
  const [container, key] = found[place % found.length] as [Record<string, unknown>, string];
  if (how === 'remove' && !Array.isArray(container)) delete container[key];
  else if (how === 'add') (container[key] as Record<string, unknown> | null) = { ...Object(container[key] as object), extra: value };
  else if (how === 'duplicate' && Array.isArray(container)) container.push(container[Number(key)]);
  else container[key] = value;
  return copy;
}

const mutations = fc.array(
  fc.record<Mutation>({
    place: fc.nat({ max: 200 }),
    how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'duplicate'),
    value: fc.oneof(fc.constantFrom(...strange), fc.jsonValue({ maxDepth: 3 })),
  }),
  { minLength: 1, maxLength: 3 },
);

describe('Bad input', () => {
  let folder: TestFolder;
  let assent: TestCoordinator;

  beforeAll(async () => {
    folder = testFolder();
    // Nobody listens at the participant: what is accepted by a mutation that stayed legal just stays active.
    assent = await startCoordinator(folder, {
      ASSENT_PARTICIPANTS: 'inventory=http://127.0.0.1:9',
      ASSENT_ALLOWED_ORIGINS: 'https://mail.internal',
      ASSENT_WEBHOOK_ORIGINS: 'https://hooks.example',
      ASSENT_MAX_WAIT_MS: '1000',
    });
  });
  afterAll(async () => {
    await assent.stop();
    folder.remove();
  });

  /** Sends it, and holds the answer to the promise. Returns its code, or `null` when it was accepted. */
  async function judge(
    method: string,
    path: string,
    body: string | Buffer | null,
    headers: Record<string, string> = {},
  ): Promise<string | null> {
    const answer = await request(assent.url + path, {
      method: method as 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await answer.body.text();
    const shown = `${method} ${path} ${String(body).slice(0, 500)} -> ${answer.statusCode} ${text.slice(0, 500)}`;
    if (answer.statusCode < 300) return null;
    if (answer.statusCode < 400 || answer.statusCode >= 500) throw new Error(shown);
    if (method === 'HEAD') return '';
    const problem = JSON.parse(text) as { code: string; status: number; detail: string; type: string };
    if (!String(answer.headers['content-type']).startsWith('application/problem+json')) throw new Error(`no problem+json: ${shown}`);
    if (!isErrorCode(problem.code) || problem.status !== answer.statusCode) throw new Error(`not of the catalogue: ${shown}`);
    if (/SELECT|INSERT|node_modules|\bat .*\.ts|SQLITE|ER_/.test(problem.detail)) throw new Error(`shows its inside: ${shown}`);
    return problem.code;
  }

  const bodied = routes.filter((route) => route.body !== undefined);
  const pathOf = (path: string) => path.replace('{gid}', GID);

  it.each(bodied.map((route) => [route.name, route.path] as const))('to %s: 4xx with a code, and nothing stored', async (name, path) => {
    const before = storedVersions(folder).size;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(mutations, async (steps) => {
        const body = steps.reduce(
          (value: unknown, step) => (typeof value === 'object' && value !== null ? mutated(value, step) : value),
          legal[name as keyof typeof legal],
        );
        // A gid of its own for each, so that what stays legal is counted, not answered as a conflict.
        const code = await judge('POST', pathOf(path), JSON.stringify(withOwnGid(body)));
        if (code === null && name === 'begin') accepted += 1;
      }),
      { numRuns: RUNS },
    );
    expect(storedVersions(folder).size).toBe(before + accepted);
  });

  it.each(bodied.map((route) => [route.name, route.path] as const))(
    'to %s that is not JSON at all: 4xx with a code',
    async (_name, path) => {
      const before = storedVersions(folder).size;
      const bodies: (string | Buffer)[] = [
        '',
        ' ',
        '{',
        '[',
        '"',
        'nul',
        '{"a":1,}',
        "{'a':1}",
        '{"a":01}',
        '{"a":NaN}',
        '\u0000',
        '\ufeff{}',
        Buffer.from([0xc3, 0x28]),
      ];
      for (const body of bodies) expect(await judge('POST', pathOf(path), body)).toMatch(/^(not_json|body_required)$/);
      for (const key of ['__proto__', 'constructor', 'prototype'])
        expect(await judge('POST', pathOf(path), `{"a":[{"${key}":{}}]}`)).toBe('forbidden_key');
      expect(await judge('POST', pathOf(path), `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).toBe('too_deep');
      expect(await judge('POST', pathOf(path), '{"a":1e999}')).toBe('unsafe_number');
      expect(await judge('POST', pathOf(path), `{"a":"${'x'.repeat(1_100_000)}"}`)).toBe('body_too_large');
      expect(await judge('POST', pathOf(path), 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })).toBe(
        'unsupported_media_type',
      );
      expect(await judge('POST', pathOf(path), '{}', { 'content-type': 'text/plain' })).toBe('unsupported_media_type');
      expect(await judge('POST', pathOf(path), '{}', { 'content-type': 'multipart/form-data; boundary=x' })).toBe('unsupported_media_type');
      expect(storedVersions(folder).size).toBe(before);
    },
  );

  it('to a transaction that is open: 4xx with a code, and its image does not move', async () => {
    const gid = 'open-transaction';
    await assent.post('/v1/transactions', { gid, pattern: 'tcc', driver: 'initiator', branches: [] });
    const before = storedVersions(folder).get(gid);
    expect(before).toBe(1);
    const cases: [string, unknown][] = [
      ['branches', { contract: 'inventory.a', run: 'nobody' }],
      ['branches', { contract: 'inventory.a', after: ['nobody'] }],
      ['branches', { contract: 'nobody.a' }],
      ['branches', { id: 'a', urls: { try: 'https://mail.internal/try' } }],
      ['branches', { id: 'a', urls: { try: 'http://169.254.169.254/', confirm: 'http://a/', cancel: 'http://a/' } }],
      ['branches', { id: '.'.repeat(65), contract: 'inventory.a' }],
      ['branches', { contract: 'inventory.a', pivot: true }],
      ['branches', { contract: 'inventory.a', payload: { x: 'y'.repeat(70_000) } }],
      ['submit', { branches: ['nobody'] }],
      ['submit', { branches: 'nobody' }],
      ['submit', { branches: [1] }],
      ['submit', {}],
      ['abort', { reason: 7 }],
      ['abort', { reason: 'x'.repeat(501) }],
      ['abort', { reason: { code: 'a b' } }],
      ['abort', { because: 'x' }],
    ];
    for (const [command, body] of cases) {
      expect([body, await judge('POST', `/v1/transactions/${gid}/${command}`, JSON.stringify(body))]).toEqual([body, expect.any(String)]);
    }
    expect(storedVersions(folder).get(gid)).toBe(before);
  });

  it('in the path or the query of any route: 4xx with a code', async () => {
    const gids = [
      'a%20b',
      '%00',
      '%2e%2e',
      '..%2f',
      'a'.repeat(65),
      'a'.repeat(8_000),
      "'",
      '%F0%9F%98%80',
      '%zz',
      '%',
      '{gid}',
      '*',
      '%ff',
    ];
    for (const route of routes.filter(({ path }) => path.includes('{gid}'))) {
      for (const gid of gids) {
        const body = route.body === undefined ? null : JSON.stringify(legal[route.name as keyof typeof legal]);
        expect([gid, await judge(route.method, route.path.replace('{gid}', gid), body)]).toEqual([gid, expect.any(String)]);
      }
    }
    for (const query of [
      'a=1',
      'until=never',
      'until=final&until=final',
      'timeoutMs=-1',
      'timeoutMs=1e9',
      'timeoutMs=',
      'timeoutMs=x',
      '__proto__=1',
      'until[]=final',
    ]) {
      expect([query, await judge('GET', `/v1/transactions/${GID}/wait?${query}`, null)]).toEqual([query, 'invalid_query']);
    }
  });

  it('in the method: 404 or 405 with a code', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) {
      for (const path of ['/v1/jobs/a/stop', `/v1/transactions/${GID}/submit`, '/nothing', '/v1', '/v1/transactions/a/b/c']) {
        expect(await judge(method, path, null)).toMatch(/^(method_not_allowed|route_not_found|)$/);
      }
    }
  });

  it.each([
    ['that is not HTTP', 'HELLO\r\n\r\n', 400, 'bad_request'],
    ['with headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      'with two lengths',
      'POST /v1/transactions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
      400,
      'bad_request',
    ],
    [
      'with a length and chunks',
      'POST /v1/transactions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
      'bad_request',
    ],
    ['without a host', 'GET /v1/transactions/a HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'bad_request'],
    ['with an expectation nobody meets', 'GET / HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\n\r\n', 400, 'bad_request'],
    ['that takes it for a proxy', 'CONNECT example.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', 400, 'bad_request'],
    [
      'that never ends',
      'POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      408,
      'request_timeout',
    ],
    ['of an old health check, which is fine', 'GET /v1/transactions/nobody HTTP/1.0\r\n\r\n', 404, 'not_found'],
  ])('on the wire, %s: %#', async (_name, bytes, status, code) => {
    const answer = await exchange(assent.url, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ code, status });
  });

  it('leaves the coordinator well', async () => {
    expect((await assent.get('/health/ready')).status).toBe(200);
  });
});

let drawn = 0;

/** Where the gid was left alone, one that no other body has. */
function withOwnGid(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || (body as { gid?: unknown }).gid !== GID) return body;
  drawn += 1;
  return { ...body, gid: `mutated-${drawn}` };
}

function exchange(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
