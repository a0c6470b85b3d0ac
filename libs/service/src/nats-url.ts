/** Where NATS is, as one variable says it: `nats://user:password@host:4222,nats://other:4222`. */

/** In the words of the NATS client's `connect` and of Nest's NATS options. */
export interface NatsAddress {
  /** `host:port` of each server of the cluster. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** Present, and empty, when the scheme is `tls`: the system's certificate authorities are trusted. */
  readonly tls?: Readonly<Record<string, never>>;
}

const DEFAULT_PORT = 4222;

/** Reads one or several URLs, comma separated, `nats` or `tls`. Credentials are those of the first; they never appear in a problem. */
export function readNatsUrl(text: string): { readonly value: NatsAddress } | { readonly problem: string } {
  const urls: URL[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    const url = URL.canParse(entry) ? new URL(entry) : null;
    if (url === null || !isNats(url)) {
      return { problem: 'must read nats://host:4222 or tls://user:password@host:4222, several of a cluster comma separated' };
    }
    urls.push(url);
  }
  const [first] = urls as [URL, ...URL[]];
  if (urls.some((url) => url.protocol !== first.protocol)) return { problem: 'must use one scheme for all servers' };
  const servers = urls.map((url) => `${url.hostname}:${url.port === '' ? DEFAULT_PORT : url.port}`);
  return { value: { servers, ...credentialsOf(first), ...(first.protocol === 'tls:' && { tls: {} }) } };
}

function isNats(url: URL): boolean {
  const isBare = url.search === '' && url.hash === '' && (url.pathname === '' || url.pathname === '/');
  return (url.protocol === 'nats:' || url.protocol === 'tls:') && url.hostname !== '' && isBare;
}

/** `token@host` is a token, `user:password@host` a user. */
function credentialsOf(url: URL): Pick<NatsAddress, 'user' | 'pass' | 'token'> {
  if (url.username === '') return {};
  const name = decodeURIComponent(url.username);
  return url.password === '' ? { token: name } : { user: name, pass: decodeURIComponent(url.password) };
}
