/** Hosts that may be called although no person named each of them: exact names, `*.suffix`, address literals and networks (`10.0.0.0/8`). */
import { BlockList, isIP } from 'node:net';

const NAME = /^(\*\.)?[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/;

export class HostList {
  readonly #names = new Set<string>();
  readonly #suffixes: string[] = [];
  readonly #networks = new BlockList();

  /** Throws `RangeError` naming the first entry that is none. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry.toLowerCase());
  }

  /** `host` as `URL.hostname` writes it. */
  includes(host: string): boolean {
    const address = host.startsWith('[') ? host.slice(1, -1) : host;
    const family = isIP(address);
    if (family !== 0) return this.#networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
    return this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix));
  }

  #add(entry: string): void {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const length = bits === undefined ? longest : Number(bits);
    if (family !== 0 && rest.length === 0 && Number.isInteger(length) && length >= 1 && length <= longest) {
      this.#networks.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
    } else if (entry.startsWith('*.') && NAME.test(entry)) this.#suffixes.push(entry.slice(1));
    else if (NAME.test(entry) && !/^[0-9./]+$/.test(entry)) this.#names.add(entry);
    else throw new RangeError(`"${entry.slice(0, 80)}" is not a host, a *.suffix or a network such as 10.0.0.0/8`);
  }
}
