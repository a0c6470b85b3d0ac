/** Where a coordinator can not be made to connect to: spellings, names, rebinding. */
import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import type { Clock } from '@assent/engine';
import { EgressPolicy, HttpBranchInvoker, makeParticipantKey, readOrigin } from '@assent/transport';

const clock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

/** Spellings of forbidden hosts. Each is put into the allow-list: not even that lets it through. */
const forbidden: readonly (readonly [host: string, why: string])[] = [
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['127.1', 'loopback'],
  ['2130706433', 'loopback'],
  ['0x7f000001', 'loopback'],
  ['0x7f.1', 'loopback'],
  ['0177.0.0.1', 'loopback'],
  ['017700000001', 'loopback'],
  ['127.0.0.1.', 'loopback'],
  ['１２７.０.０.１', 'loopback'],
  ['%31%32%37.0.0.1', 'loopback'],
  ['[::1]', 'loopback'],
  ['[0:0:0:0:0:0:0:1]', 'loopback'],
  ['[::ffff:127.0.0.1]', 'loopback'],
  ['[::ffff:7f00:1]', 'loopback'],
  ['[::127.0.0.1]', 'loopback'],
  ['[::ffff:0:127.0.0.1]', 'loopback'],
  ['[64:ff9b::127.0.0.1]', 'loopback'],
  ['[2002:7f00:1::]', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['0xa9fea9fe', 'link-local'],
  ['2852039166', 'link-local'],
  ['[::ffff:169.254.169.254]', 'link-local'],
  ['[64:ff9b::a9fe:a9fe]', 'link-local'],
  ['[fe80::1]', 'link-local'],
  ['[febf::1]', 'link-local'],
  ['[fd00:ec2::254]', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['[::ffff:100.100.100.200]', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['255.255.255.255', 'multicast'],
  ['[ff02::1]', 'multicast'],
  ['0.0.0.0', 'unspecified'],
  ['0', 'unspecified'],
  ['[::]', 'unspecified'],
  ['[::ffff:0:0]', 'unspecified'],
];

describe('an address that is never called', () => {
  it.each(forbidden)('%s (%s)', (host, why) => {
    const url = `http://${host}/latest`;
    const policy = new EgressPolicy({ allowLoopback: false, allowedOrigins: [new URL(url).origin] });
    expect(policy.checkUrl(url)).toEqual({ code: 'egress_denied', detail: expect.stringContaining(why) });
  });

  it.each(forbidden.filter(([, why]) => why !== 'loopback'))('%s (%s), not even in development', (host) => {
    const url = `http://${host}/latest`;
    const policy = new EgressPolicy({ allowLoopback: true, allowedOrigins: [new URL(url).origin] });
    expect(policy.checkUrl(url)).toMatchObject({ code: 'egress_denied' });
  });

  it.each(forbidden.filter(([, why]) => why === 'loopback'))('%s (%s), but in development it is', (host) => {
    const url = `http://${host}/latest`;
    expect(new EgressPolicy({ allowLoopback: true, allowedOrigins: [new URL(url).origin] }).checkUrl(url)).toBeNull();
  });
});

describe('a URL named by a branch', () => {
  const policy = new EgressPolicy({
    allowLoopback: false,
    allowedOrigins: ['https://mail.internal', 'http://10.1.2.3:8080', 'https://[2001:db8::5]'],
  });

  it.each([
    'https://mail.internal/send',
    'https://mail.internal:443/',
    'https://MAIL.internal/x?y=1',
    'http://10.1.2.3:8080/',
    'https://[2001:db8::5]/x',
  ])('may be %s', (url) => {
    expect(policy.checkUrl(url)).toBeNull();
  });

  it.each([
    ['another scheme', 'http://mail.internal/send', 'egress_denied'],
    ['another port', 'https://mail.internal:8443/send', 'egress_denied'],
    ['a subdomain', 'https://a.mail.internal/', 'egress_denied'],
    ['a longer name', 'https://mail.internal.evil.example/', 'egress_denied'],
    ['a trailing dot', 'https://mail.internal./', 'egress_denied'],
    ['a name in front', 'https://mail.internal@evil.example/', 'url_invalid'],
    ['a password', 'https://user:pw@mail.internal/', 'url_invalid'],
    ['a backslash', 'https://evil.example\\@mail.internal/', 'egress_denied'],
    ['a fragment', 'https://mail.internal/#x', 'url_invalid'],
    ['an empty fragment', 'https://mail.internal/#', 'url_invalid'],
    ['a file', 'file:///etc/passwd', 'url_invalid'],
    ['another protocol', 'gopher://mail.internal/', 'url_invalid'],
    ['a relative one', '/send', 'url_invalid'],
    ['nothing', '', 'url_invalid'],
    ['a bad port', 'https://mail.internal:99999/', 'url_invalid'],
    ['too many characters', `https://mail.internal/${'x'.repeat(2_000)}`, 'url_invalid'],
  ])('may not have %s', (_what, url, code) => {
    expect(policy.checkUrl(url)).toMatchObject({ code });
  });

  it.each([
    'https://mail.internal/path',
    'https://mail.internal?x',
    'https://mail.internal?',
    'mail.internal',
    'https://user@mail.internal',
    '',
  ])('cannot be allowed by the entry "%s", which is no origin', (entry) => {
    expect(() => new EgressPolicy({ allowLoopback: false, allowedOrigins: [entry] })).toThrow(RangeError);
  });

  it('is compared with origins in their normal form', () => {
    expect([readOrigin('HTTPS://Mail.Internal:443'), readOrigin('http://10.1:80/')]).toEqual(['https://mail.internal', 'http://10.0.0.1']);
  });
});

describe('a name that resolves to a forbidden address', () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end());
  let port = 0;
  beforeAll(async () => {
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const resolvingTo = (...rounds: LookupAddress[][]): LookupFunction => {
    let round = 0;
    return (_hostname, options, callback) => {
      const found = rounds[Math.min(round++, rounds.length - 1)] ?? [];
      if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    };
  };

  const invokerWith = (lookup: LookupFunction, allowLoopback: boolean) =>
    new HttpBranchInvoker({
      participants: [{ name: 'inventory', baseUrl: `http://inventory.example:${port}`, key: makeParticipantKey() }],
      origins: [],
      egress: new EgressPolicy({ allowLoopback, allowedOrigins: [], lookup }),
      clock,
      wallClockMs: Date.now,
    });

  const invoke = (invoker: HttpBranchInvoker) =>
    invoker.invoke(
      {
        gid: 'g',
        branch: 'b',
        op: 'try',
        attempt: 1,
        endpoint: { contract: 'inventory.reserve' },
        payload: '{}',
        timeoutMs: 1_000,
        begunAtMs: 1,
      },
      () => true,
    );

  it('is not connected to', async () => {
    connections = 0;
    const invoker = invokerWith(resolvingTo([{ address: '127.0.0.1', family: 4 }]), false);
    const end = await invoke(invoker);
    await invoker.close(0);
    expect([end, connections]).toEqual([
      expect.objectContaining({ outcome: expect.objectContaining({ kind: 'unknown', code: 'egress_denied' }) }),
      0,
    ]);
  });

  it('is connected to in development', async () => {
    const invoker = invokerWith(resolvingTo([{ address: '127.0.0.1', family: 4 }]), true);
    const end = await invoke(invoker);
    await invoker.close(0);
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' } });
  });

  it('is judged at every connection, so that a second answer of the name server changes nothing', async () => {
    connections = 0;
    // 192.0.2.1 (TEST-NET) leads nowhere; the second time the name leads home.
    const invoker = invokerWith(resolvingTo([{ address: '192.0.2.1', family: 4 }], [{ address: '::ffff:127.0.0.1', family: 6 }]), false);
    const first = invoker.invoke(
      { gid: 'g', branch: 'b', op: 'try', attempt: 1, endpoint: { contract: 'inventory.x' }, payload: '{}', timeoutMs: 50, begunAtMs: 1 },
      () => true,
    );
    await first;
    const second = await invoke(invoker);
    await invoker.close(0);
    expect([second, connections]).toEqual([expect.objectContaining({ outcome: expect.objectContaining({ code: 'egress_denied' }) }), 0]);
  });

  it('loses only its forbidden addresses when it has others', () => {
    const addresses = [
      { address: '169.254.169.254', family: 4 },
      { address: '10.0.0.7', family: 4 },
      { address: '::1', family: 6 },
    ];
    const policy = new EgressPolicy({ allowLoopback: false, allowedOrigins: [], lookup: resolvingTo(addresses) });
    const found: unknown[] = [];
    policy.lookup('host', { all: true }, (error, address) => found.push(error, address));
    expect(found).toEqual([null, [{ address: '10.0.0.7', family: 4 }]]);
  });

  it('is refused in the form of a single address too', () => {
    const policy = new EgressPolicy({ allowLoopback: false, allowedOrigins: [], lookup: resolvingTo([{ address: '::1', family: 6 }]) });
    const errors: unknown[] = [];
    policy.lookup('host', { all: false }, (error) => errors.push(error));
    expect(errors).toEqual([expect.objectContaining({ code: 'EGRESS_DENIED' })]);
  });

  it('fails as it failed when the resolver fails', () => {
    const failing: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND host'), { code: 'ENOTFOUND' }), '', 0);
    const policy = new EgressPolicy({ allowLoopback: false, allowedOrigins: [], lookup: failing });
    const errors: unknown[] = [];
    policy.lookup('host', {}, (error) => errors.push(error));
    expect(errors).toEqual([expect.objectContaining({ code: 'ENOTFOUND' })]);
  });
});

describe('a participant in the configuration', () => {
  const key = makeParticipantKey();
  const callTo = async (baseUrl: string, allowLoopback: boolean) => {
    const invoker = new HttpBranchInvoker({
      participants: [{ name: 'inventory', baseUrl, key }],
      origins: [],
      egress: new EgressPolicy({ allowLoopback, allowedOrigins: [] }),
      clock,
      wallClockMs: Date.now,
    });
    const end = await invoker.invoke(
      { gid: 'g', branch: 'b', op: 'try', attempt: 1, endpoint: { contract: 'inventory.x' }, payload: '{}', timeoutMs: 200, begunAtMs: 1 },
      () => true,
    );
    await invoker.close(0);
    return end.kind === 'ended' && end.outcome.kind === 'unknown' ? end.outcome.code : 'other';
  };

  it.each(['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'http://2130706433:1'])(
    'at %s is called in development only',
    async (baseUrl) => {
      expect([await callTo(baseUrl, false), await callTo(baseUrl, true)]).toEqual(['egress_denied', 'connect_failed']);
    },
  );

  it('at the address of a metadata service is never called', async () => {
    expect([await callTo('http://169.254.169.254', false), await callTo('http://169.254.169.254', true)]).toEqual([
      'egress_denied',
      'egress_denied',
    ]);
  });
});
