/** Every route against every role, from the routes that the running application has registered. */

import fastify from 'fastify';
import { guardRoutes, hashOfKey, LOCAL, makeApiKey, openTo, type Role, roles, rulesOf } from '../../apps/coordinator/src/access/index.js';
import { type ApiHarness, startApi } from '../../apps/coordinator/src/testing/api-harness.js';
import { scriptedEngine } from '../../apps/coordinator/src/testing/scripted-engine.js';

const keys = Object.fromEntries(roles.map((role) => [role, makeApiKey()])) as Record<Role, string>;
const access = {
  keys: roles.map((role) => ({ hash: hashOfKey(keys[role]), principal: `a-${role}`, role, expiresAtMs: null })),
  tokens: null,
  publicMetrics: false,
};

/** The table as `docs/security.md` has it, written out a second time: a change of one must be meant. */
const everybody = ['service', 'viewer', 'operator', 'admin'];
const readers = ['viewer', 'operator', 'admin'];
const operators = ['operator', 'admin'];
const table: Readonly<Record<string, 'public' | readonly string[]>> = {
  'POST /v1/transactions': ['service', 'admin'],
  'POST /v1/transactions/:gid/branches': ['service', 'admin'],
  'POST /v1/transactions/:gid/submit': ['service', 'admin'],
  'POST /v1/transactions/:gid/abort': ['service', 'operator', 'admin'],
  'GET /v1/transactions/:gid': everybody,
  'GET /v1/transactions/:gid/wait': everybody,
  'GET /v1/transactions': everybody,
  'GET /v1/transactions/:gid/timeline': everybody,
  'GET /v1/me': everybody,
  'POST /v1/keys': ['admin'],
  'GET /v1/keys': ['admin'],
  'POST /v1/keys/:key/revoke': ['admin'],
  'GET /v1/audit': readers,
  'GET /v1/audit/head': readers,
  'GET /v1/audit/verify': operators,
  'GET /v1/approvals': readers,
  'GET /v1/approvals/:id': readers,
  'POST /v1/approvals/:id/approve': operators,
  'POST /v1/approvals/:id/reject': operators,
  'GET /v1/approval-rules': readers,
  'POST /v1/approval-rules': ['admin'],
  'POST /v1/approval-rules/:action/:role/remove': ['admin'],
  'GET /v1/escalation-rules': readers,
  'POST /v1/escalation-rules': ['admin'],
  'POST /v1/escalation-rules/:rule/remove': ['admin'],
  'POST /v1/escalation-rules/:rule/test': operators,
  'GET /v1/escalation-rules/:rule/deliveries': readers,
  'GET /v1/alerts': readers,
  'POST /v1/alerts/:alert/acknowledge': operators,
  'GET /v1/alerts/:alert/deliveries': readers,
  'GET /v1/participants': readers,
  'GET /v1/participants/:name': readers,
  'POST /v1/participants/:name/breaker/reset': operators,
  'POST /v1/participants/:name/pause': operators,
  'POST /v1/participants/:name/resume': operators,
  'POST /v1/participants/:name/wake': operators,
  'GET /v1/transactions/:gid/actions': readers,
  'POST /v1/transactions/:gid/actions/:name': operators,
  'GET /v1/jobs': readers,
  'GET /v1/jobs/:id': readers,
  'GET /v1/jobs/:id/items': readers,
  'POST /v1/jobs': operators,
  'POST /v1/jobs/:id/stop': operators,
  'POST /v1/jobs/:id/retry': operators,
  'GET /v1/policies': readers,
  'GET /v1/policies/:name': readers,
  'POST /v1/policies': ['admin'],
  'POST /v1/policies/:name/versions': ['admin'],
  'POST /v1/policies/:name/retire': ['admin'],
  'GET /v1/retention': readers,
  'POST /v1/retention/run': ['admin'],
  'GET /v1/registry': readers,
  // Asks for the signature of the participant instead.
  'POST /v1/registry/announcements': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': readers,
};

/** The documentation: the pages, the document in two forms, and the files of the page. */
const isDocumentation = (route: string) => /^GET \/docs(?:$|[/-])/.test(route);

let api: ApiHarness;
let served: readonly string[];

beforeAll(async () => {
  api = await startApi({}, access);
  api.use(scriptedEngine({}));
  served = servedRoutes(api);
});
afterAll(() => api.app.close());

it('Every route that is served is in the table, and the table has no other', () => {
  expect(served.filter((route) => !isDocumentation(route)).sort()).toEqual(Object.keys(table).sort());
});

describe.each(Object.entries(table))('%s', (route, allowed) => {
  it.each([...roles, null])('answers %s as the table says', async (role) => {
    const answer = await call(route, role === null ? {} : { authorization: `Bearer ${keys[role]}` });
    const mayCall = allowed === 'public' || (role !== null && allowed.includes(role));
    const refusal = role === null ? [401, 'unauthenticated'] : [403, 'forbidden'];
    if (mayCall) expect([401, 403]).not.toContain(answer.statusCode);
    else expect([answer.statusCode, answer.json().code]).toEqual(refusal);
    if (answer.statusCode === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="assent"/);
  });
});

it('HEAD asks for the same as GET, and methods that nobody serves tell nothing', async () => {
  const ask = (method: 'HEAD' | 'OPTIONS' | 'DELETE', headers = {}) => api.app.inject({ method, url: '/v1/keys', headers });
  expect((await ask('HEAD')).statusCode).toBe(401);
  expect((await ask('HEAD', { 'x-api-key': keys.viewer })).statusCode).toBe(403);
  expect((await ask('OPTIONS')).statusCode).toBe(405);
  expect((await ask('DELETE', { 'x-api-key': keys.admin })).statusCode).toBe(405);
});

it('The documentation is open to everybody, and so is the answer that there is nothing', async () => {
  for (const path of ['/docs', '/docs-json', '/docs-yaml']) expect((await call(`GET ${path}`, {})).statusCode).toBe(200);
  expect((await call('GET /v1/nothing', {})).json().code).toBe('route_not_found');
  expect((await call('GET /v1/keys/a/revoke', {})).json().code).toBe('method_not_allowed');
});

it.each([null, { authenticator: { authenticate: () => LOCAL }, refusals: { refused: () => undefined } }])(
  'A route that says nothing about who may call it cannot be served, whether access control is on or off',
  (guarding) => {
    const server = fastify();
    guardRoutes(server, rulesOf([{ method: 'GET', path: '/v1/known/{id}', access: openTo.readers }]), guarding);
    server.get('/v1/known/:id', () => 'hello');
    expect(() => server.get('/v1/forgotten', () => 'hello')).toThrow('The route GET /v1/forgotten does not say who may call it');
    expect(() => server.post('/v1/known/:id', () => 'hello')).toThrow('does not say who may call it');
  },
);

function call(route: string, headers: Record<string, string>) {
  const [method, path] = route.split(' ') as ['GET' | 'POST', string];
  const url = path.replace(/:[a-z]+/g, 'a');
  if (method === 'GET') return api.app.inject({ method, url, headers });
  return api.app.inject({ method, url, headers: { ...headers, 'content-type': 'application/json' }, payload: '{}' });
}

/** Reads the tree that Fastify prints of what it routes: one line for each path, its methods in brackets. */
function servedRoutes({ app }: ApiHarness): readonly string[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const prefixes: string[] = [];
  const found: string[] = [];
  for (const line of tree.split('\n')) {
    const read = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (read === null) continue;
    const depth = (read[1] ?? '').length / 4;
    prefixes[depth] = read[2] ?? '';
    const path = prefixes.slice(0, depth + 1).join('');
    const methods = (read[3] ?? '').split(', ').filter((method) => method !== '' && method !== 'HEAD' && method !== 'OPTIONS');
    found.push(...methods.map((method) => `${method} ${path}`));
  }
  return [...new Set(found)];
}
