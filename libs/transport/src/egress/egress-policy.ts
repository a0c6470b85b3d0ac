/**
 * Where calls may go (DESIGN section 5). A URL is checked twice: its text when it is submitted and before it is used, and the address its
 * host resolves to at the moment of connecting, because a name may answer differently the second time (DNS rebinding).
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressClass, forbiddenClassOf } from './forbidden-addresses.js';

export interface EgressOptions {
  /** Development only: services on this very machine may be called. Every other forbidden class stays forbidden. */
  readonly allowLoopback: boolean;
  /** Exact origins (`https://mail.internal`, `http://host:8080`) that branches may name by URL. */
  readonly allowedOrigins: readonly string[];
  /** Resolves names; the system's resolver unless a test brings its own. */
  readonly lookup?: LookupFunction;
  /** Told of every refusal, with its host; for the log. Default: nobody is. */
  readonly denied?: (host: string, detail: string) => void;
}

/** Why a URL may not be called. Codes: `url_invalid` (it can never be), `egress_denied` (the configuration does not allow it). */
export interface EgressProblem {
  readonly code: 'url_invalid' | 'egress_denied';
  readonly detail: string;
}

/** No address of the host may be connected to. Carries the code `EGRESS_DENIED`, as errors of Node's network functions do. */
export class EgressDeniedError extends Error {
  override readonly name = 'EgressDeniedError';
  readonly code = 'EGRESS_DENIED';
}

/** Longer ones are refused by common servers and proxies too. */
const MAX_URL_LENGTH = 2_000;
/** As much of a host that is none is told. */
const MAX_SHOWN = 80;

const classInWords: Readonly<Record<AddressClass, string>> = {
  loopback: 'a loopback address',
  link_local: 'a link-local address',
  metadata: 'the address of a metadata service',
  multicast: 'a multicast or broadcast address',
  unspecified: 'an unspecified address',
};

export class EgressPolicy {
  readonly #allowLoopback: boolean;
  readonly #origins: ReadonlySet<string>;
  readonly #lookup: LookupFunction;
  readonly #denied: (host: string, detail: string) => void;

  /** Throws `RangeError` when an allowed origin is not one, so that a typo does not silently allow nothing. */
  constructor(options: EgressOptions) {
    this.#allowLoopback = options.allowLoopback;
    this.#origins = new Set(options.allowedOrigins.map(readOrigin));
    this.#lookup = options.lookup ?? systemLookup;
    this.#denied = options.denied ?? (() => undefined);
  }

  /** Says why a branch may not name this URL, or `null` when it may. Opens no socket and resolves no name. */
  checkUrl(text: string): EgressProblem | null {
    const problem = formProblem(text);
    if (problem !== null) return this.#invalid(text, problem);
    const url = new URL(text);
    if (!this.#origins.has(url.origin)) return this.#deny(url.hostname, `The origin ${url.origin} is not in the list of allowed origins.`);
    return this.checkHost(url.hostname);
  }

  /** Judges a host that is an address literal, in any spelling that `URL` has normalized; names are judged when they are resolved. */
  checkHost(hostname: string): EgressProblem | null {
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (isIP(address) === 0) return null;
    const forbidden = this.#forbids(address);
    return forbidden === null ? null : this.#deny(hostname, `${address} is ${classInWords[forbidden]}.`);
  }

  /**
   * Resolves like `dns.lookup`, for `net.connect`: forbidden addresses are left out, and when none remains the lookup fails with
   * `EgressDeniedError`. The address checked is the address connected to.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#lookup(hostname, options, (error, address, family) => {
      if (error !== null) {
        callback(error, address, family);
        return;
      }
      const found: readonly LookupAddress[] = typeof address === 'string' ? [{ address, family: family ?? isIP(address) }] : address;
      const permitted = found.filter((entry) => this.#forbids(entry.address) === null);
      const first = permitted[0];
      if (first === undefined) callback(this.#denial(hostname, found), '', 0);
      else if (typeof address === 'string') callback(null, first.address, first.family);
      else callback(null, [...permitted]);
    });
  };

  #denial(hostname: string, found: readonly LookupAddress[]): EgressDeniedError {
    const forbidden = found[0] === undefined ? null : this.#forbids(found[0].address);
    const detail = `${hostname} resolves to ${forbidden === null ? 'no address' : classInWords[forbidden]}`;
    this.#denied(hostname, detail);
    return new EgressDeniedError(detail);
  }

  /** Also what nobody could call is told: it may be a spelling that somebody hoped would be read otherwise. */
  #invalid(text: string, detail: string): EgressProblem {
    this.#denied(hostIn(text), detail);
    return { code: 'url_invalid', detail };
  }

  #deny(host: string, detail: string): EgressProblem {
    this.#denied(host, detail);
    return { code: 'egress_denied', detail };
  }

  #forbids(address: string): AddressClass | null {
    const forbidden = forbiddenClassOf(address);
    return forbidden === 'loopback' && this.#allowLoopback ? null : forbidden;
  }
}

/** The host of a URL, or what stands in its place where it is none; without credentials. */
function hostIn(text: string): string {
  if (URL.canParse(text)) return new URL(text).hostname;
  const [authority = ''] = text.replace(/^[a-z]*:?\/*/i, '').split(/[/?#]/, 1);
  return authority.slice(authority.lastIndexOf('@') + 1).slice(0, MAX_SHOWN);
}

/** The origin itself when `text` is exactly one, e.g. `https://mail.internal`. Throws `RangeError` otherwise. */
export function readOrigin(text: string): string {
  const problem = formProblem(text);
  if (problem !== null) throw new RangeError(`"${text}" is not an origin: ${problem}`);
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || /[?]/.test(text))
    throw new RangeError(`"${text}" is not an origin: it has a path or a query.`);
  return url.origin;
}

/** What is wrong with the form of an http(s) URL, as a sentence, or `null`. */
export function formProblem(text: string): string | null {
  if (text.length > MAX_URL_LENGTH) return `It is longer than ${MAX_URL_LENGTH} characters.`;
  if (!URL.canParse(text)) return 'It is not an absolute URL.';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Only http and https are spoken.';
  if (url.username !== '' || url.password !== '') return 'It carries credentials; calls are signed instead.';
  if (text.includes('#')) return 'It has a fragment, which is never sent.';
  return null;
}
