/**
 * Which network addresses a coordinator never connects to (DESIGN section 5). Only addresses live here; which URLs may be named is in
 * `egress-policy.ts`. Private ranges (10/8, 192.168/16, fc00::/7) are not forbidden: that is where participants live.
 *
 * Sources: the IANA special-purpose address registries (RFC 6890) and the metadata services of the large clouds.
 */
import { BlockList, isIPv4 } from 'node:net';

export type AddressClass = 'loopback' | 'link_local' | 'metadata' | 'multicast' | 'unspecified';

type Network = readonly [address: string, prefixBits: number];

const ipv4: Readonly<Record<AddressClass, readonly Network[]>> = {
  loopback: [['127.0.0.0', 8]],
  link_local: [['169.254.0.0', 16]],
  // Alibaba, Oracle and Azure; those of AWS, Google and the rest are link-local.
  metadata: [
    ['100.100.100.200', 32],
    ['192.0.0.192', 32],
    ['168.63.129.16', 32],
  ],
  // 240/4 is reserved and holds the broadcast address.
  multicast: [
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  // Linux connects 0.0.0.0 to the machine itself.
  unspecified: [['0.0.0.0', 8]],
};

const ipv6: Readonly<Record<AddressClass, readonly Network[]>> = {
  loopback: [['::1', 128]],
  link_local: [
    ['fe80::', 10],
    ['fec0::', 10],
  ],
  metadata: [['fd00:ec2::254', 128]],
  multicast: [['ff00::', 8]],
  unspecified: [['::', 128]],
};

/** Where an IPv4 address may hide inside an IPv6 one: mapped, compatible, translated (SIIT), NAT64 (with its local prefix, RFC 8215) and 6to4. */
const embeddings: readonly { readonly write: (high: string, low: string) => string; readonly bitsBefore: number }[] = [
  { write: (high, low) => `::ffff:${high}:${low}`, bitsBefore: 96 },
  { write: (high, low) => `::${high}:${low}`, bitsBefore: 96 },
  { write: (high, low) => `::ffff:0:${high}:${low}`, bitsBefore: 96 },
  { write: (high, low) => `64:ff9b::${high}:${low}`, bitsBefore: 96 },
  { write: (high, low) => `64:ff9b:1::${high}:${low}`, bitsBefore: 96 },
  { write: (high, low) => `2002:${high}:${low}::`, bitsBefore: 16 },
];

/** The order in which a class is looked for: `::` and `::1` lie inside the compatible form of 0/8, so loopback comes first. */
const classes: readonly AddressClass[] = ['loopback', 'link_local', 'metadata', 'multicast', 'unspecified'];

const blockLists: ReadonlyMap<AddressClass, BlockList> = new Map(classes.map((name) => [name, blockListOf(name)]));

/** The forbidden class an address literal belongs to, or `null` when it may be connected to. `address` is an IPv4 or IPv6 literal. */
export function forbiddenClassOf(address: string): AddressClass | null {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const bare = family === 'ipv6' ? withoutZone(address) : address;
  for (const [name, list] of blockLists) {
    if (list.check(bare, family)) return name;
  }
  return null;
}

function blockListOf(name: AddressClass): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ipv4[name]) {
    list.addSubnet(address, bits, 'ipv4');
    const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
    const high = ((a << 8) | b).toString(16);
    const low = ((c << 8) | d).toString(16);
    for (const form of embeddings) list.addSubnet(form.write(high, low), form.bitsBefore + bits, 'ipv6');
  }
  for (const [address, bits] of ipv6[name]) list.addSubnet(address, bits, 'ipv6');
  return list;
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}
