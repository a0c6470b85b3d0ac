import { readFileSync, writeFileSync } from 'node:fs';
import { routes } from '../api/index.js';
import { catalogue } from '../errors/index.js';
import { type ApiHarness, startApi } from '../testing/api-harness.js';
import { scriptedEngine } from '../testing/scripted-engine.js';
import { examples } from './api-prose.js';
import { apiDocument, errorsOf, openApiDocument, withAccessTable } from './index.js';

describe('The documentation of the API', () => {
  let api: ApiHarness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.app.close());

  it('is the page that is checked in', () => {
    const page = new URL('../../../../docs/api.md', import.meta.url);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, apiDocument());
    expect(readFileSync(page, 'utf8')).toBe(apiDocument());
  });

  it('tells in the security model who may call what', () => {
    const page = new URL('../../../../docs/security.md', import.meta.url);
    const text = readFileSync(page, 'utf8');
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, withAccessTable(text));
    expect(readFileSync(page, 'utf8')).toBe(withAccessTable(text));
  });

  it('is the OpenAPI document that is checked in', () => {
    const file = new URL('../../../../docs/openapi.json', import.meta.url);
    const document = `${JSON.stringify(openApiDocument(), null, 1)}\n`;
    if (process.env.UPDATE_DOCS === '1') writeFileSync(file, document);
    expect(readFileSync(file, 'utf8')).toBe(document);
  });

  it('gives examples that are accepted as they stand', async () => {
    const administered = /^\/v1\/(keys|approvals|approval-rules|escalation-rules|alerts)\b|\/(retire|retry)$/;
    const all = [...apiDocument().matchAll(/curl -s localhost:4100(\S+) [^']*'content-type: application\/json'[^']*-d '([^']*)'/g)];
    // Those of administration are sent to a whole coordinator, elsewhere.
    const sent = all.filter(([, path = '']) => !administered.test(path));
    expect(sent.map(([, path]) => path?.split('/').at(-1))).toEqual([
      ...['transactions', 'transactions', 'branches', 'submit', 'transactions', 'abort', 'transactions'],
      ...['policies', 'versions', 'stop', 'run'],
      ...['pause', 'resume', 'reset', 'wake'],
    ]);
    for (const [, url, payload] of sent) {
      api.use(scriptedEngine({}));
      const answer = await api.app.inject({
        method: 'POST',
        url: url as string,
        headers: { 'content-type': 'application/json' },
        payload: payload as string,
      });
      // The engine that expects nothing was reached: all that comes before it was content.
      expect(api.logged.pop()).toMatchObject({ fields: { err: { message: expect.stringMatching(/^Nobody expected/) } } });
      expect(answer.statusCode).toBe(500);
    }
  });

  it('has an example of every route but the one that only programs can sign', () => {
    expect(routes.filter(({ name }) => examples[name] === undefined).map(({ name }) => name)).toEqual(['announce']);
  });

  it('lists every error of the catalogue at some route', () => {
    const listed = new Set<string>(routes.flatMap(errorsOf));
    const elsewhere = ['route_not_found', 'method_not_allowed', 'not_parked', 'too_many_approvals'];
    expect(Object.keys(catalogue).filter((code) => !listed.has(code) && !elsewhere.includes(code))).toEqual([]);
  });

  it('describes every route that is served, and no other', () => {
    const server = api.app.getHttpAdapter().getInstance();
    for (const { method, path } of routes) {
      expect([path, server.hasRoute({ method, url: path.replace(/\{([^}]+)\}/g, ':$1') })]).toEqual([path, true]);
    }
    const served = server.printRoutes({ commonPrefix: false }).match(/\((?:GET|POST)[^)]*\)/g) ?? [];
    const documentation = 4;
    expect(served.length).toBeGreaterThanOrEqual(new Set(routes.map(({ path }) => path)).size);
    expect(served.length).toBeLessThanOrEqual(routes.length + documentation + 6);
  });

  it('is OpenAPI 3.1 with an answer for every status a route may give', () => {
    const document = openApiDocument();
    expect(document.openapi).toBe('3.1.0');
    for (const route of routes) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase() as 'get' | 'post'];
      const statuses = [
        ...route.answers.map(({ status }) => String(status)),
        ...errorsOf(route).map((code) => String(catalogue[code].status)),
      ];
      expect(Object.keys(operation?.responses ?? {}).sort()).toEqual([...new Set(statuses)].sort());
    }
  });
});
