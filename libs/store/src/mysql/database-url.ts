/** The parts of `mysql://user:password@host:port/database`. */

export interface DatabaseUrl {
  /** The URL with the scheme that the driver knows. */
  readonly url: string;
  /** The same without a database, for creating it. */
  readonly serverUrl: string;
  readonly database: string;
  /** For messages: host, port and database, no password. */
  readonly shown: string;
}

/** @throws Error with one line when the URL cannot be used. */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  if (!URL.canParse(url)) throw new Error('The database URL cannot be read; it looks like mysql://user:password@host:3306/assent');
  const parsed = new URL(url);
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database)) {
    throw new Error(
      `The database URL for ${parsed.host} must name a database (letters, digits, _ $ -), as in mysql://user@${parsed.host}/assent`,
    );
  }
  // The scheme is replaced as text: a URL object lets nobody change a scheme it does not know.
  const usable = url.replace(/^[a-z]+:/i, 'mysql:');
  const server = new URL(usable);
  server.pathname = '/';
  return { url: usable, serverUrl: server.href, database, shown: `${parsed.host}/${database}` };
}
