import { EngineError, type EngineErrorCode, type RegisterRequest, type TransactionEngine } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import { type ApiHarness, startApi } from '../testing/api-harness.js';
import { scriptedEngine, viewOf } from '../testing/scripted-engine.js';

const GID = '0199c2a0-7c1e-7a0b-9c55-0242ac120002';
const step = { contract: 'inventory.deduct', payload: { lines: [] } };
const saga = { gid: GID, name: 'checkout', pattern: 'saga', branches: [step, { contract: 'payment.charge' }] };

let api: ApiHarness;
beforeAll(async () => {
  api = await startApi({ payloadBytes: 1_000, branches: 10 });
});
afterAll(() => api.app.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return api.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/json', ...headers }, payload });
}

const toHost = (host: string) => api.app.inject({ method: 'GET', url: '/health/live', headers: { host } });

const begin = (body: unknown) => post('/v1/transactions', body);

/** An engine that accepts begins and remembers them. */
function accepting(kind: 'accepted' | 'repeated' = 'accepted', changes: Partial<TransactionView> = {}) {
  const requests: Parameters<TransactionEngine['begin']>[0][] = [];
  api.use(
    scriptedEngine({
      begin: async (request) => {
        requests.push(request);
        return { kind, view: viewOf(request, changes) };
      },
      wait: async (gid, { until }) =>
        viewOf({ ...requests[0]!, gid }, { status: until === 'final' ? 'committed' : 'committing', version: 2 }),
    }),
  );
  return requests;
}

describe('Beginning a transaction', () => {
  it('is answered 202 with the transaction and where to find it', async () => {
    accepting();
    const answer = await begin(saga);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.json()).toMatchObject({
      gid: GID,
      name: 'checkout',
      key: null,
      status: 'active',
      version: 1,
      createdAt: '2026-11-22T08:00:00.000Z',
      deadlineAt: '2026-11-22T08:00:30.000Z',
      finishedAt: null,
      links: { self: `/v1/transactions/${GID}`, wait: `/v1/transactions/${GID}/wait` },
    });
    expect(answer.json()).not.toHaveProperty('safeToRepeat');
  });

  it('is answered 200 when it is a repeat', async () => {
    accepting('repeated');
    expect((await begin(saga)).statusCode).toBe(200);
  });

  it('runs the steps of a saga in the order listed, unless `after` says otherwise', async () => {
    const requests = accepting();
    await begin({ ...saga, branches: [step, { contract: 'payment.charge' }, { id: 'root', contract: 'shipping.send', after: [] }] });
    expect(requests[0]?.definition.branches.map(({ id, after }) => [id, after])).toEqual([
      ['inventory.deduct', []],
      ['payment.charge', ['inventory.deduct']],
      ['root', []],
    ]);
  });

  it('runs the branches of a TCC side by side', async () => {
    const requests = accepting();
    await begin({ ...saga, pattern: 'tcc' });
    expect(requests[0]?.definition.branches.map(({ after }) => after)).toEqual([[], []]);
  });

  it('keeps the payload as it was meant, down to numbers and text', async () => {
    const requests = accepting();
    await begin(
      '{"pattern":"tcc","branches":[{"contract":"payment.freeze","payload":{"amount": 1200, "note": "\\u00fc\\u0000😀", "rate": 0.1}}]}',
    );
    expect(requests[0]?.definition.branches[0]?.payload).toBe('{"amount":1200,"note":"ü\\u0000😀","rate":0.1}');
  });

  it('draws a gid when there is none, and says that this was not safe to repeat', async () => {
    accepting();
    const answer = await begin({ ...saga, gid: undefined });
    expect(answer.json().gid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(answer.json().safeToRepeat).toBe(false);
  });

  it('takes the same content for the same, whatever its spelling and its wait', async () => {
    const requests = accepting();
    await begin(saga);
    await begin(JSON.stringify({ ...saga, wait: 'decided', timeoutMs: 17 }, null, 3));
    await begin({ ...saga, policy: 'standard' });
    const [first, respelled, other] = requests.map((request) => request.contentHash);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(respelled).toBe(first);
    expect(other).not.toBe(first);
  });

  it('waits when asked to: 200 when it has come', async () => {
    accepting();
    const answer = await begin({ ...saga, wait: 'final' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'committed', version: 2 });
  });

  it('answers 202 when the wait ran out', async () => {
    const requests = accepting();
    api.use(
      scriptedEngine({
        begin: async (request) => {
          requests.push(request);
          return { kind: 'accepted', view: viewOf(request) };
        },
        wait: async (_gid, { timeoutMs }) => {
          expect(timeoutMs).toBeLessThanOrEqual(250);
          return viewOf(requests[0]!);
        },
      }),
    );
    expect((await begin({ ...saga, wait: 'decided', timeoutMs: 250 })).statusCode).toBe(202);
  });
});

describe('A begin that makes no sense', () => {
  const withBranch = (branch: object) => ({ ...saga, branches: [branch] });
  it.each<[string, unknown, string, string | undefined]>([
    ['an unknown field', { ...saga, nmae: 'x' }, 'invalid_request', '/nmae'],
    ['an unknown field of a branch', withBranch({ ...step, retries: 3 }), 'invalid_request', '/branches/0/retries'],
    ['no pattern', { branches: [] }, 'invalid_request', ''],
    ['a pattern that is not served', { ...saga, pattern: 'xa' }, 'invalid_request', '/pattern'],
    ['a gid that a path would lose', { ...saga, gid: '..' }, 'invalid_request', '/gid'],
    ['a gid with a slash', { ...saga, gid: 'a/b' }, 'invalid_request', '/gid'],
    ['a name with a NUL', { ...saga, name: 'a\u0000' }, 'invalid_request', '/name'],
    ['a key too long', { ...saga, key: 'x'.repeat(129) }, 'invalid_request', '/key'],
    ['a number for a text', { ...saga, name: 7 }, 'invalid_request', '/name'],
    ['a text for a number', { ...saga, timeoutMs: '7' }, 'invalid_request', '/timeoutMs'],
    ['a wait for nothing known', { ...saga, wait: 'done' }, 'invalid_request', '/wait'],
    ['an array', [], 'invalid_request', ''],
    ['null', null, 'invalid_request', ''],
    ['a payload that is no object', withBranch({ ...step, payload: 'x' }), 'invalid_request', '/branches/0/payload'],
    ['contract and urls', withBranch({ ...step, urls: { action: 'https://mail.internal/a' } }), 'invalid_request', '/branches/0'],
    ['neither contract nor urls', withBranch({ id: 'a' }), 'invalid_request', '/branches/0'],
    [
      'an op that is none',
      withBranch({ id: 'a', urls: { explode: 'https://mail.internal/a' } }),
      'invalid_request',
      '/branches/0/urls/explode',
    ],
    ['a branch nobody can name', withBranch({ urls: { action: 'https://mail.internal/a' } }), 'branch_not_named', '/branches/0'],
    ['a participant nobody knows', withBranch({ contract: 'mail.send' }), 'unknown_participant', '/branches/0/contract'],
    ['a URL outside the list', withBranch({ id: 'a', urls: { action: 'http://10.0.0.1/' } }), 'url_not_allowed', '/branches/0/urls/action'],
    ['a payload too large', withBranch({ ...step, payload: { x: 'é'.repeat(500) } }), 'payload_too_large', '/branches/0/payload'],
    [
      'too many branches',
      { ...saga, branches: Array.from({ length: 11 }, (_, i) => ({ ...step, id: `b${i}` })) },
      'too_many_branches',
      '/branches',
    ],
    ['no branches', { ...saga, branches: [] }, 'no_branches', '/branches'],
    ['two branches of one name', { ...saga, branches: [step, step] }, 'duplicate_branch', undefined],
    ['branches given to an initiator', { ...saga, pattern: 'tcc', driver: 'initiator' }, 'branches_not_empty', '/branches'],
    ['a policy nobody knows', { ...saga, policy: 'hasty' }, 'unknown_policy', '/policy'],
    ['a version nobody knows', { ...saga, policy: { name: 'standard', version: 9 } }, 'unknown_policy', '/policy'],
    ['a TCC without a deadline', { ...saga, pattern: 'tcc', policy: 'patient' }, 'deadline_required', undefined],
    [
      'a key of the prototype',
      '{"pattern":"saga","branches":[{"contract":"inventory.x","payload":{"__proto__":1}}]}',
      'forbidden_key',
      '/branches/0/payload',
    ],
    [
      'a number that would change',
      '{"pattern":"saga","branches":[{"contract":"inventory.x","payload":{"a":12345678901234567890}}]}',
      'unsafe_number',
      undefined,
    ],
  ])('is refused: %s', async (_name, body, code, pointer) => {
    api.use(scriptedEngine({}));
    const answer = await begin(body);
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ code, status: 422, type: `https://assent.dev/errors/${code}` });
    if (pointer !== undefined) expect(answer.json().pointer).toBe(pointer);
  });

  it('is told the sentence that helps, and all that is wrong', async () => {
    api.use(scriptedEngine({}));
    const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, contract: 'inventory.x' }));
    const answer = await begin({
      pattern: 'saga',
      branches: [a, { ...b, pivot: true }, { ...c, after: ['a'] }, { ...c, id: 'd', after: ['a'] }],
    });
    expect(answer.json()).toMatchObject({ code: 'pivot_not_alone', pointer: expect.stringMatching(/^\/branches\/[123]/) });
    expect(answer.json().detail).toMatch(/Step "b" is a pivot, but "c" neither precedes nor follows it\. Add after: \["b"\] to "c"\./);
    expect(answer.json().problems).toHaveLength(2);
  });
});

describe('HTTP around the routes', () => {
  beforeEach(() => api.use(scriptedEngine({})));

  it.each<[string, () => ReturnType<typeof post>, number, string]>([
    [
      'a form',
      () => post('/v1/transactions', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'unsupported_media_type',
    ],
    ['plain text', () => post('/v1/transactions', '{}', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    ['nothing where JSON is declared', () => post('/v1/transactions', ''), 400, 'body_required'],
    ['half a body', () => post('/v1/transactions', '{"pattern":'), 400, 'not_json'],
    ['a body beyond the limit', () => post('/v1/transactions', `{"name":"${'x'.repeat(1_048_576)}"}`), 413, 'body_too_large'],
    ['a body nested deeply', () => post('/v1/transactions', '['.repeat(100_000) + ']'.repeat(100_000)), 422, 'too_deep'],
    ['a path nobody serves', () => post('/v2/transactions', {}), 404, 'route_not_found'],
    ['another method', () => api.app.inject({ method: 'DELETE', url: `/v1/transactions/${GID}` }), 405, 'method_not_allowed'],
    ['OPTIONS', () => api.app.inject({ method: 'OPTIONS', url: '/v1/transactions' }), 405, 'method_not_allowed'],
    ['a POST to what is read', () => post(`/v1/transactions/${GID}/wait`, {}), 405, 'method_not_allowed'],
    ['a gid that is none', () => api.app.inject({ method: 'GET', url: '/v1/transactions/a%20b' }), 400, 'invalid_gid'],
    ['a gid too long', () => api.app.inject({ method: 'GET', url: `/v1/transactions/${'a'.repeat(5_000)}` }), 400, 'invalid_gid'],
    ['a path that cannot be decoded', () => api.app.inject({ method: 'GET', url: '/v1/transactions/%zz' }), 400, 'bad_request'],
    ['a query nobody knows', () => api.app.inject({ method: 'GET', url: `/v1/transactions/${GID}?a=1` }), 400, 'invalid_query'],
    ['a query where it would be overlooked', () => post(`/v1/transactions/${GID}/abort?wait=final`, {}), 400, 'invalid_query'],
    ['a query of a begin', () => post('/v1/transactions?wait=final', saga), 400, 'invalid_query'],
    ['a query of a submit', () => post(`/v1/transactions/${GID}/submit?a=1`, { branches: [] }), 400, 'invalid_query'],
    ['a query of a registration', () => post(`/v1/transactions/${GID}/branches?run=self`, step), 400, 'invalid_query'],
    ['a path out of the documentation', () => api.app.inject({ method: 'GET', url: '/docs/../../package.json' }), 404, 'route_not_found'],
    ['a name of another site', () => toHost('evil.example:4100'), 421, 'host_not_allowed'],
    ['a name that only begins like loopback', () => toHost('127.0.0.1.evil.example'), 421, 'host_not_allowed'],
    [
      'a wait too long',
      () => api.app.inject({ method: 'GET', url: `/v1/transactions/${GID}/wait?timeoutMs=999999999` }),
      400,
      'invalid_query',
    ],
    [
      'a wait given twice',
      () => api.app.inject({ method: 'GET', url: `/v1/transactions/${GID}/wait?timeoutMs=1&timeoutMs=2` }),
      400,
      'invalid_query',
    ],
    [
      'a wait for nothing known',
      () => api.app.inject({ method: 'GET', url: `/v1/transactions/${GID}/wait?until=done` }),
      400,
      'invalid_query',
    ],
  ])('answers %s with a code', async (_name, send, status, code) => {
    const answer = await send();
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    if (status === 405) expect(answer.headers.allow).toMatch(/^(POST|GET, HEAD|POST, GET, HEAD)$/);
  });

  it.each(['localhost', 'LOCALHOST:4100', '127.0.0.1:80', '127.8.8.8', '[::1]:4100', 'assent.internal'])(
    'answers to the host %s',
    async (host) => expect((await toHost(host)).statusCode).toBe(200),
  );

  it('answers HEAD like GET, without a body', async () => {
    const answer = await api.app.inject({ method: 'HEAD', url: '/v1/transactions/a%20b' });
    expect([answer.statusCode, answer.body]).toEqual([400, '']);
  });

  it('shows nothing of an unforeseen failure but an id, under which the log has it', async () => {
    api.logged.length = 0;
    const answer = await begin(saga);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('Nobody expected');
    const { detail } = answer.json();
    expect(api.logged).toHaveLength(1);
    expect(detail).toContain((api.logged[0]!.fields as { failure: string }).failure);
    await api.app.inject({ method: 'GET', url: '/v1/transactions/g-1' });
    expect(api.logged[1]!.fields).toMatchObject({ gid: 'g-1' });
  });

  it('serves its documentation, whose every schema is the one that validates', async () => {
    const document = (await api.app.inject({ method: 'GET', url: '/docs-json' })).json();
    expect(Object.keys(document.paths)).toContain('/v1/transactions/{gid}/wait');
    const schema = document.paths['/v1/transactions'].post.requestBody.content['application/json'].schema;
    expect(schema.additionalProperties).toBe(false);
    expect((await api.app.inject({ method: 'GET', url: '/docs' })).statusCode).toBe(200);
  });
});

describe('What the engine refuses', () => {
  it.each<[EngineErrorCode, number, string]>([
    ['gid_conflict', 409, 'gid_conflict'],
    ['outcome_unknown', 503, 'outcome_unknown'],
    ['store_unavailable', 503, 'store_unavailable'],
    ['overloaded', 429, 'overloaded'],
    ['draining', 503, 'draining'],
    ['not_ready', 503, 'not_ready'],
    ['too_many_waiters', 429, 'too_many_waiters'],
    ['unstorable', 422, 'unstorable'],
    ['policy_unknown', 422, 'unknown_policy'],
    ['protocol_bug', 500, 'internal'],
  ])('%s is answered %d %s', async (code, status, told) => {
    api.use(scriptedEngine({ begin: () => Promise.reject(new EngineError(code, 'The detail.', { gid: GID, retryAfterMs: 1_500 })) }));
    const answer = await begin(saga);
    expect(answer.json()).toMatchObject({ status, code: told });
    if (status === 429 || status === 503) expect(answer.headers['retry-after']).toBe('2');
    if (status !== 500) expect(answer.json()).toMatchObject({ gid: GID, detail: 'The detail.' });
  });

  it('shows the outcome to a command that came too late', async () => {
    const requests = accepting();
    await begin({ ...saga, pattern: 'tcc', driver: 'initiator', branches: [] });
    const view = viewOf(requests[0]!, { status: 'aborting', version: 2 });
    api.use(scriptedEngine({ submit: () => Promise.reject(new EngineError('already_aborting', 'It was aborted.', { gid: GID, view })) }));
    const answer = await post(`/v1/transactions/${GID}/submit`, { branches: [] });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'already_aborting', transaction: { gid: GID, status: 'aborting' } });
  });
});

describe('Commands', () => {
  const initiated = () => {
    const request = { gid: GID, name: 'x', businessKey: null, createdBy: 'local', contentHash: '' };
    return viewOf({
      ...request,
      definition: { pattern: 'tcc', driver: 'initiator', policy: { name: 'standard', version: 1 }, stepwise: false, branches: [] },
    });
  };

  it('registers a branch, and shows the outcome of its try', async () => {
    const seen: RegisterRequest[] = [];
    api.use(
      scriptedEngine({
        register: async (_gid, request) => {
          seen.push(request);
          const { id, endpoint, after, pivot, run } = request.branch;
          const branch = { id, ...endpoint, after, pivot, run, forward: null, end: null, attention: 'none' } as const;
          const kind = seen.length === 1 ? 'registered' : 'repeated';
          return { kind, view: { ...initiated(), branches: [branch] }, forward: { op: 'try', outcome: 'succeeded', attempts: 1 } };
        },
      }),
    );
    const body = { contract: 'inventory.reserve', payload: { a: 1 }, run: 'coordinator' };
    const first = await post(`/v1/transactions/${GID}/branches`, { ...body, timeoutMs: 50 });
    expect(first.statusCode).toBe(201);
    expect(first.json()).toMatchObject({ gid: GID, branch: { id: 'inventory.reserve', forward: { outcome: 'succeeded', result: {} } } });
    const second = await post(`/v1/transactions/${GID}/branches`, body);
    expect(second.statusCode).toBe(200);
    expect(seen.map((request) => request.waitMs)).toEqual([50, 5_000]);
    expect(seen[0]?.branch.hash).toBe(seen[1]?.branch.hash);
    await post(`/v1/transactions/${GID}/branches`, { ...body, run: 'self' });
    expect(seen[2]).toMatchObject({ waitMs: 0, branch: { run: 'self' } });
    expect(seen[2]?.branch.hash).not.toBe(seen[0]?.branch.hash);
  });

  it.each<[unknown, object]>([
    [{}, { code: 'aborted_by_request', message: '' }],
    [{ reason: 'changed my mind' }, { code: 'aborted_by_request', message: 'changed my mind' }],
    [{ reason: { code: 'OUT_OF_STOCK', message: 'tea' } }, { code: 'OUT_OF_STOCK', message: 'tea' }],
  ])('aborts for the reason given: %j', async (body, reason) => {
    const seen: object[] = [];
    api.use(
      scriptedEngine({
        abort: async (_gid, request) => {
          seen.push(request);
          return { kind: 'done', view: { ...initiated(), status: 'aborting' } };
        },
      }),
    );
    expect((await post(`/v1/transactions/${GID}/abort`, body)).statusCode).toBe(200);
    expect(seen).toEqual([{ ...reason, by: 'local' }]);
  });

  it('answers a submit that waits 202 until it is final', async () => {
    api.use(
      scriptedEngine({
        submit: async () => ({ kind: 'done', view: { ...initiated(), status: 'committing' } }),
        wait: async () => ({ ...initiated(), status: 'committing' }),
      }),
    );
    expect((await post(`/v1/transactions/${GID}/submit`, { branches: ['a'] })).statusCode).toBe(200);
    expect((await post(`/v1/transactions/${GID}/submit`, { branches: ['a'], wait: 'final', timeoutMs: 1 })).statusCode).toBe(202);
    expect((await post(`/v1/transactions/${GID}/submit`, { branches: ['a'], wait: 'decided' })).statusCode).toBe(200);
  });
});
