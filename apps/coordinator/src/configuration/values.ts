/**
 * The kinds of values that variables hold, as zod schemas that read text: numbers, lists, lists of pairs. Each says in its message what a good
 * value looks like. What a variable means is said in `variables.ts`.
 */
import { isIP } from 'node:net';
import { parseFailpoints } from '@assent/failpoints';
import { isLegalId } from '@assent/protocol';
import { participantKeyProblem } from '@assent/transport';
import { z } from 'zod';

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message));
}

/** A value, or a sentence that says what is wrong with the text. */
export type Read<V> = { readonly value: V } | { readonly problem: string };

/**
 * What was given, for a message that ends in a log: without what may be a secret, be it on the wrong side of an equals sign. Keys give themselves away
 * by how they begin, the credentials of a URL by where they stand.
 */
function withoutSecrets(text: string): string {
  return text.replaceAll(/(assent_|whsec_)[^\s,]*/g, '$1...').replaceAll(/\/\/[^/]*@/g, '//...@');
}

/** The same in quotes, of at most `most` characters. */
export function quoted(text: string, most: number): string {
  return `"${withoutSecrets(text).slice(0, most)}"`;
}

/** A name or an address as it stands in the header `host`; 253 characters are the longest name of the DNS. */
const HOST = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]+\])$/;

/** Text between commas, without empty entries. */
function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** What is to happen at failpoints. */
export const armings = z.string().transform((text, context) => {
  try {
    return parseFailpoints(text);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

/** Host names without ports, comma separated, in lower case. */
export const hosts = z.string().transform((text, context) => {
  const found = entriesOf(text).map((entry) => entry.toLowerCase());
  for (const host of found) {
    if (!HOST.test(host)) context.addIssue(`"${host.slice(0, 80)}" is not a host name without a port, such as assent.internal`);
  }
  return found;
});

/** Exact origins, comma separated: `https://mail.internal, https://files.internal:8443`. */
export const origins = z.string().transform((text, context) => {
  const found = new Set<string>();
  for (const entry of entriesOf(text)) {
    const read = readOrigin(entry);
    if ('problem' in read) context.addIssue(read.problem);
    else found.add(read.value);
  }
  return [...found] as readonly string[];
});

/** `name=value` pairs, comma separated, each name once. Names and values are read by functions that return them, or what is wrong. */
export function pairs<V>(readName: (text: string) => Read<string>, readValue: (text: string) => Read<V>) {
  return z.string().transform((text, context) => {
    const found = new Map<string, V>();
    for (const entry of entriesOf(text)) {
      const at = entry.indexOf('=');
      const name = readName(at < 0 ? '' : entry.slice(0, at).trim());
      const value = readValue(entry.slice(at + 1).trim());
      if (at < 0) context.addIssue('must be a list of name=value, comma separated');
      else if ('problem' in name) context.addIssue(name.problem);
      else if ('problem' in value) context.addIssue(`${withoutSecrets(name.value)}: ${value.problem}`);
      else if (found.has(name.value)) context.addIssue(`${name.value} is named twice`);
      else found.set(name.value, value.value);
    }
    return found;
  });
}

/** A participant's name: the part of its contracts before the first `.`. */
export function readName(text: string): Read<string> {
  if (isLegalId(text) && !text.includes('.')) return { value: text };
  return { problem: `${quoted(text, 40)} is not a name of 1 to 64 letters, digits, "-" and "_"` };
}

/** An origin as branches name it by URL; 64 characters, as it is kept where names are. */
export function readOrigin(text: string): Read<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && isHttp(url) && url.origin === text.toLowerCase() && text.length <= 64) return { value: url.origin };
  return {
    problem: `${quoted(text, 80)} is not an origin: scheme, host and port only, at most 64 characters, such as https://mail.internal:8443`,
  };
}

/** A participant's base URL: calls go to `{base}/assent/{contract}/{op}`. */
function readBaseUrl(text: string): Read<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isHttp(url) || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return {
      problem: `${quoted(text, 80)} is not a base URL such as http://inventory:4102 (no credentials, query or fragment), nor nats: nor registry:`,
    };
  }
  return { value: url.href.replace(/\/+$/, '') };
}

/**
 * Where a participant is called: a base URL, or `nats:` (`nats:inventory` and `nats://inventory` mean the same), or `registry:`, wherever its instances announce
 * themselves. The server of NATS is not named here.
 */
export function readAddress(text: string): Read<string> {
  if (text === 'registry:' || text === 'registry') return { value: 'registry:' };
  return /^nats:(\/\/)?[A-Za-z0-9_-]*$/.test(text) ? { value: 'nats:' } : readBaseUrl(text);
}

/** A Standard Webhooks secret. The text itself never appears in a message. */
export function readKey(text: string): Read<string> {
  const problem = participantKeyProblem(text);
  return problem === null ? { value: text } : { problem };
}

/** A whole number inside a pair. */
export function readCount(least: number, most: number) {
  return (text: string): Read<number> => {
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? { value } : { problem: `must be a whole number from ${least} to ${most}` };
  };
}

/** Where state lives: `sqlite:<path>`, `mysql://...` or `mariadb://...`. */
export const databaseUrl = z.string().refine(
  (text) => {
    if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length;
    return /^(mysql|mariadb):\/\//.test(text) && URL.canParse(text) && /^\/[A-Za-z0-9_$-]{1,64}$/.test(new URL(text).pathname);
  },
  { error: 'must read sqlite:<path>, mysql://user:password@host:3306/name or mariadb://user:password@host:3306/name' },
);

/** An address or a name of this machine to listen on. */
export const httpHost = z.string().refine((host) => isIP(host) !== 0 || /^[A-Za-z0-9.-]{1,253}$/.test(host), {
  error: 'must be an address or a host name of this machine, without a port',
});

/** True for a host that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

/** A name in the alphabet of ids. */
export const idText = z.string().refine(isLegalId, { error: 'must be 1 to 64 letters, digits, ".", "_" or "-"' });

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
