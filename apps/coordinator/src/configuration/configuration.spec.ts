import { readFileSync, writeFileSync } from 'node:fs';
import { ConfigurationError, configurationDocument, readConfiguration } from './index.js';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('The configuration', () => {
  it('needs nothing: every variable has a default', () => {
    const configuration = readConfiguration({});
    expect(configuration).toMatchObject({
      mode: 'production',
      http: { host: '127.0.0.1', port: 4100 },
      databaseUrl: 'sqlite:.assent/coordinator.sqlite',
      participants: [],
      keysFile: '.assent/keys.json',
    });
    expect(configuration.nodeName).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  });

  it('arms failpoints in development only', () => {
    const ASSENT_FAILPOINT = 'driver.after-persist:crash@3';
    const { failpoints } = readConfiguration({ ASSENT_FAILPOINT, ASSENT_MODE: 'development' });
    expect(failpoints).toEqual([{ name: 'driver.after-persist', harm: { kind: 'crash' }, at: 3 }]);
    expect(problemsOf({ ASSENT_FAILPOINT })).toEqual(['ASSENT_FAILPOINT is refused in production; it needs ASSENT_MODE=development']);
    expect(problemsOf({ ASSENT_FAILPOINT: 'nowhere:crash', ASSENT_MODE: 'development' })[0]).toContain('ASSENT_FAILPOINT "nowhere:crash"');
  });

  it('takes an empty value for not set', () => {
    expect(readConfiguration({ ASSENT_HTTP_PORT: ' ', ASSENT_PARTICIPANTS: '' }).http.port).toBe(4100);
  });

  it('reads host names as they are compared', () => {
    expect(readConfiguration({ ASSENT_ALLOWED_HOSTS: 'Assent.internal, 10.0.0.7' }).http.allowedHosts).toEqual([
      'assent.internal',
      '10.0.0.7',
    ]);
  });

  it('reads which participants are called over NATS, and where NATS is', () => {
    const { participants, nats } = readConfiguration({
      ASSENT_PARTICIPANTS: 'inventory=nats:inventory, payment=nats://payment, shipping=nats:',
      ASSENT_NATS_URL: 'nats://localhost:4222',
    });
    expect([participants.map(({ baseUrl }) => baseUrl), nats]).toEqual([['nats:', 'nats:', 'nats:'], { servers: ['localhost:4222'] }]);
    expect(problemsOf({ ASSENT_PARTICIPANTS: 'inventory=nats:' })).toEqual([
      'ASSENT_PARTICIPANTS says that "inventory" is called over NATS, but ASSENT_NATS_URL is not set',
    ]);
    expect(problemsOf({ ASSENT_PARTICIPANTS: 'tx=nats:', ASSENT_NATS_URL: 'nats://localhost' })).toEqual([
      'ASSENT_PARTICIPANTS calls a participant "tx" over NATS, where that name belongs to events; give it another name, or a base URL',
    ]);
    expect(problemsOf({ ASSENT_PARTICIPANTS: 'tx=registry:' })[0]).toMatch(
      /^ASSENT_PARTICIPANTS calls a participant "tx" wherever it announces itself/,
    );
    expect(problemsOf({ ASSENT_PARTICIPANTS: 'tx=http://tx.example:1' })).toEqual([]);
    expect(problemsOf({ ASSENT_NATS_URL: 'localhost' })[0]).toMatch(/^ASSENT_NATS_URL must read nats:/);
  });

  it('reads participants with base URL, key and limit', () => {
    const { participants } = readConfiguration({
      ASSENT_PARTICIPANTS: 'inventory=http://inventory:4102/, payment=https://payment/base',
      ASSENT_PARTICIPANT_KEYS: `payment=${KEY}`,
      ASSENT_CONCURRENCY: '10',
      ASSENT_PARTICIPANT_CONCURRENCY: 'payment=3',
    });
    expect(participants).toEqual([
      { name: 'inventory', baseUrl: 'http://inventory:4102', concurrency: 10 },
      { name: 'payment', baseUrl: 'https://payment/base', concurrency: 3, key: KEY },
    ]);
  });

  it('lists all problems at once, and never shows a key', () => {
    const problems = problemsOf({
      ASSENT_HTTP_PORT: '70000',
      ASSENT_HTTP_HOST: '0.0.0.0',
      ASSENT_DATABASE_URL: 'postgres://db/x',
      ASSENT_PARTICIPANTS: 'inventory=ftp://inventory,x.y=http://z',
      ASSENT_PARTICIPANT_KEYS: 'inventory=whsec_short',
      ASSENT_ALLOWED_ORIGINS: 'https://mail.internal/path',
      ASSENT_MODE: 'staging',
    });
    expect(problems).toHaveLength(8);
    expect(problems.join('\n')).not.toContain('whsec_short');
    expect(problems.join('\n')).toMatch(/ASSENT_HTTP_HOST must be a loopback address/);
  });

  it.each([
    ['ASSENT_API_KEYS', 'assent_SECRET-of-somebody=order:service'],
    ['ASSENT_API_KEYS', 'order=service:assent_SECRET'],
    ['ASSENT_API_KEYS', 'order:service:assent_SECRET=x'],
    ['ASSENT_PARTICIPANT_KEYS', 'whsec_SECRET=inventory'],
    ['ASSENT_PARTICIPANT_KEYS', 'whsec_SECRET/==inventory'],
    ['ASSENT_ORIGIN_KEYS', 'whsec_SECRET=https://mail.internal'],
    ['ASSENT_PARTICIPANTS', 'inventory=http://user:SECRET@inventory:4102'],
    ['ASSENT_ALLOWED_ORIGINS', 'https://user:SECRET@mail.internal'],
    ['ASSENT_LINKS', 'trace=ftp://user:SECRET@jaeger/{traceId}'],
    ['ASSENT_DATABASE_URL', 'postgres://user:SECRET@db/x'],
    ['ASSENT_NATS_URL', 'http://user:SECRET@nats'],
  ])('shows no secret that stands where it should not: %s=%s', (variable, value) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).not.toContain('SECRET');
  });

  it('lists what is wrong between variables beside what is wrong with one, but blames none for another that cannot be read', () => {
    const keys = { ASSENT_PARTICIPANT_KEYS: `payment=${KEY}`, ASSENT_PARTICIPANTS: 'a=http://127.0.0.1:1' };
    expect(problemsOf({ ...keys, ASSENT_MODE: 'development', ASSENT_HTTP_PORT: 'x' })).toEqual([
      'ASSENT_HTTP_PORT must be a whole number from 0 to 65535',
      'ASSENT_PARTICIPANT_KEYS names "payment", which ASSENT_PARTICIPANTS does not',
    ]);
    expect(problemsOf({ ...keys, ASSENT_MODE: 'staging', ASSENT_PARTICIPANTS: 'a' })).toEqual([
      'ASSENT_MODE must be production or development',
      'ASSENT_PARTICIPANTS must be a list of name=value, comma separated',
    ]);
  });

  it.each([
    ['ASSENT_ALLOWED_HOSTS', 'assent.internal:80', /not a host name without a port/],
    ['ASSENT_PARTICIPANT_KEYS', `payment=${KEY}`, /names "payment", which ASSENT_PARTICIPANTS does not/],
    ['ASSENT_ORIGIN_KEYS', `https://mail.internal=${KEY}`, /which ASSENT_ALLOWED_ORIGINS does not/],
    ['ASSENT_PARTICIPANTS', 'a=http://127.0.0.1:1', /ASSENT_MODE=development permits loopback/],
    ['ASSENT_PARTICIPANTS', 'a=http://localhost:1', /may not be called/],
    ['ASSENT_PARTICIPANTS', 'a=http://b,a=http://c', /a is named twice/],
    ['ASSENT_PARTICIPANTS', 'a', /list of name=value/],
    ['ASSENT_PARTICIPANTS', 'a=http://user:secret@b', /not a base URL/],
    ['ASSENT_ALLOWED_ORIGINS', 'http://169.254.169.254', /may not be called/],
    ['ASSENT_MAX_BODY_BYTES', '1024', /ASSENT_MAX_PAYLOAD_BYTES must not be greater/],
    ['ASSENT_LEASE_MS', '1e3', /whole number/],
  ])('refuses %s=%s', (variable, value, message) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('lets development call its own machine, but never the address of a metadata service', () => {
    expect(problemsOf({ ASSENT_MODE: 'development', ASSENT_PARTICIPANTS: 'a=http://127.0.0.1:1' })).toEqual([]);
    expect(problemsOf({ ASSENT_MODE: 'development', ASSENT_PARTICIPANTS: 'a=http://169.254.169.254' })).toHaveLength(1);
  });

  describe('of access', () => {
    const key = `assent_${'k'.repeat(43)}`;

    it('lets others than this machine in only when callers are asked who they are', () => {
      expect(problemsOf({ ASSENT_HTTP_HOST: '0.0.0.0' })[0]).toMatch(/must be a loopback address .* unless ASSENT_AUTH=on/);
      expect(problemsOf({ ASSENT_HTTP_HOST: '0.0.0.0', ASSENT_AUTH: 'on' })).toEqual([]);
    });

    it('keeps only the hash of a key', () => {
      const { access } = readConfiguration({ ASSENT_AUTH: 'on', ASSENT_API_KEYS: `root:admin=${key}` });
      expect(access?.keys).toEqual([
        { hash: expect.stringMatching(/^[0-9a-f]{64}$/), principal: 'root', role: 'admin', expiresAtMs: null },
      ]);
      expect(JSON.stringify(access)).not.toContain(key);
    });

    it.each([
      [{ ASSENT_API_KEYS: `root:admin=${key}` }, /counts only with ASSENT_AUTH=on/],
      [{ ASSENT_API_KEYS: `root:king=${key}`, ASSENT_AUTH: 'on' }, /needs one of the roles/],
      [{ ASSENT_API_KEYS: `local:admin=${key}`, ASSENT_AUTH: 'on' }, /nobody with a key/],
      [{ ASSENT_API_KEYS: 'root:admin=secret-text', ASSENT_AUTH: 'on' }, /A key is assent_/],
      [{ ASSENT_API_KEYS: `a:admin=${key},a:viewer=${key}x`, ASSENT_AUTH: 'on' }, /gives "a" two roles/],
      [{ ASSENT_API_KEYS: `a:admin=${key},b:viewer=${key}`, ASSENT_AUTH: 'on' }, /gives "b" the key of somebody else/],
      [{ ASSENT_JWT_ISSUER: 'https://i', ASSENT_AUTH: 'on', ASSENT_JWT_JWKS_URL: 'https://i/keys' }, /ASSENT_JWT_AUDIENCE is missing/],
      [{ ASSENT_JWT_ISSUER: 'https://i', ASSENT_AUTH: 'on', ASSENT_JWT_AUDIENCE: 'a' }, /needs either/],
      [{ ASSENT_JWT_AUDIENCE: 'a', ASSENT_AUTH: 'on' }, /ASSENT_JWT_ISSUER is missing/],
      [{ ASSENT_JWT_ALGORITHM: 'HS256' }, /must be one of RS256/],
      [{ ASSENT_JWT_ALGORITHM: 'none' }, /must be one of RS256/],
      [
        { ASSENT_JWT_ISSUER: 'i', ASSENT_AUTH: 'on', ASSENT_JWT_AUDIENCE: 'a', ASSENT_JWT_PUBLIC_KEY_FILE: '/nowhere' },
        /is not a public key in PEM/,
      ],
      [{ ASSENT_WEBHOOK_ORIGINS: 'http://169.254.169.254' }, /may not be called/],
    ])('refuses %j', (environment, message) => {
      const problems = problemsOf(environment);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(message);
      expect(problems[0]).not.toContain('secret-text');
    });
  });

  it('is documented as it is', () => {
    const page = new URL('../../../../docs/configuration.md', import.meta.url);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, configurationDocument());
    expect(readFileSync(page, 'utf8')).toBe(configurationDocument());
  });
});
