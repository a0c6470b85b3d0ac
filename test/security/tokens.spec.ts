/** Which JSON Web Tokens count: those of the one issuer, for this audience, by the one algorithm, not expired, with a role. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { TokenRules } from '../../apps/coordinator/src/access/index.js';
import { type ApiHarness, startApi } from '../../apps/coordinator/src/testing/api-harness.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'assent';
const good = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', assent_role: 'operator' };
const IN_AN_HOUR = Math.floor(Date.now() / 1_000) + 3_600;

let issuer: CryptoKeyPair;
let stranger: CryptoKeyPair;
let publicKey: string;

interface CryptoKeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}
type CryptoKey = Awaited<ReturnType<typeof generateKeyPair>>['publicKey'];

const rulesWith = (keys: TokenRules['keys']): TokenRules => ({
  ...{ issuer: ISSUER, audience: AUDIENCE, algorithm: 'ES256', roleClaim: 'assent_role' },
  keys,
});

async function withTokens<Result>(keys: TokenRules['keys'], work: (api: ApiHarness) => Promise<Result>): Promise<Result> {
  const api = await startApi({}, { keys: [], tokens: rulesWith(keys), publicMetrics: false });
  try {
    return await work(api);
  } finally {
    await api.app.close();
  }
}

const sign = (payload: JWTPayload, key = issuer.privateKey, expiresAt: number | null = IN_AN_HOUR) => {
  const token = new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1' });
  return (expiresAt === null ? token : token.setExpirationTime(expiresAt)).sign(key);
};

const whoIs = (api: ApiHarness, token: string) =>
  api.app.inject({ method: 'GET', url: '/v1/me', headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  issuer = await generateKeyPair('ES256', { extractable: true });
  stranger = await generateKeyPair('ES256');
  publicKey = await exportSPKI(issuer.publicKey);
});

it('A token of the issuer names its subject and role', async () => {
  await withTokens({ publicKey }, async (api) => {
    const token = await sign(good);
    expect((await whoIs(api, token)).json()).toEqual({ name: 'jwt:ada', role: 'operator' });
    expect((await whoIs(api, token)).json()).toEqual({ name: 'jwt:ada', role: 'operator' });
  });
});

describe('A token is refused', () => {
  const refused: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['of an audience of others', () => sign({ ...good, aud: 'billing' })],
    ['without an audience', () => sign({ ...good, aud: undefined })],
    ['of another issuer', () => sign({ ...good, iss: 'https://other.example' })],
    ['signed by a stranger', () => sign(good, stranger.privateKey)],
    ['that has expired', () => sign(good, issuer.privateKey, Math.floor(Date.now() / 1_000) - 60)],
    ['that never expires', () => sign(good, issuer.privateKey, null)],
    ['without a role', () => sign({ ...good, assent_role: undefined })],
    ['with a role that there is not', () => sign({ ...good, assent_role: 'root' })],
    ['without a subject', () => sign({ ...good, sub: undefined })],
    ['with a subject that is no name', () => sign({ ...good, sub: 'a b\n' })],
    ['without a signature (alg none)', () => new UnsecuredJWT(good).setExpirationTime('1h').encode()],
    [
      'whose secret is the public key (HS256)',
      () => new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(publicKey)),
    ],
    ['that was changed', async () => `${(await sign(good)).slice(0, -4)}AAAA`],
    ['that is none', () => 'abc.def.ghi'],
  ];

  it.each(refused)('%s', async (_what, make) => {
    const answer = await withTokens({ publicKey }, async (api) => whoIs(api, await make()));
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'invalid_credentials']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="assent", error="invalid_token"');
  });
});

it('Keys may be where the issuer publishes them; while they cannot be had, nobody is told yes or no', async () => {
  const jwk = { ...(await exportJWK(issuer.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const token = await sign(good);
  expect((await withTokens({ jwksUrl }, (api) => whoIs(api, token))).json()).toEqual({ name: 'jwt:ada', role: 'operator' });
  const wrong = await sign(good, stranger.privateKey);
  expect((await withTokens({ jwksUrl }, (api) => whoIs(api, wrong))).json().code).toBe('invalid_credentials');
  await new Promise((resolve) => server.close(resolve));
  const away = await withTokens({ jwksUrl }, (api) => whoIs(api, token));
  expect([away.statusCode, away.json().code, away.headers['retry-after']]).toEqual([503, 'issuer_unavailable', '1']);
});
