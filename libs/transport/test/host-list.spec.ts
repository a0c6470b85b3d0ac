import { HostList } from '../src/index.js';

describe('a list of hosts', () => {
  const list = new HostList(['inventory.internal', '*.shop.svc.cluster.local', '10.0.0.0/8', '192.168.7.9', 'fd00::/8']);

  it.each([
    ['inventory.internal', true],
    ['x.inventory.internal', false],
    ['a.shop.svc.cluster.local', true],
    ['shop.svc.cluster.local', false],
    ['evilshop.svc.cluster.local', false],
    ['10.255.3.4', true],
    ['11.0.0.1', false],
    ['192.168.7.9', true],
    ['192.168.7.8', false],
    ['[fd12::1]', true],
    ['[fe80::1]', false],
  ])('%s: %s', (host, isThere) => {
    expect(list.includes(host)).toBe(isThere);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/0', 'http://host', 'a b', '*', '*.', '10.0.0', ''])('"%s" is no entry', (entry) => {
    expect(() => new HostList([entry])).toThrow(/is not a host/);
  });
});
