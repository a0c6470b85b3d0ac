/** Where each process keeps its state: four SQLite files by default, or four databases on one MySQL or MariaDB whose names share a prefix. */
import mysql from 'mysql2/promise';

export type Owner = 'coordinator' | 'order' | 'inventory' | 'payment';

export type DatabaseUrls = Readonly<Record<Owner, string>>;

/** The database cannot be used; `message` is one line that says what to do. */
export class DatabasesError extends Error {
  override readonly name = 'DatabasesError';
}

const owners: readonly Owner[] = ['coordinator', 'order', 'inventory', 'payment'];

/** `url` of a server, or `null` for files under `folder`. Throws as `mysqlUrls` does. */
export async function databasesOf(url: string | null, folder: string): Promise<DatabaseUrls> {
  return url === null ? sqliteUrls(folder) : mysqlUrls(url);
}

/** Files under `folder`. */
export function sqliteUrls(folder: string): DatabaseUrls {
  return urlsOf((owner) => `sqlite:${folder}/${owner}.sqlite`);
}

/**
 * `mysql://user@host/assent` -> the databases `assent`, `assent_order`, `assent_inventory`, `assent_payment`, which are created where the account may.
 * Throws `DatabasesError` when the server is away, or when databases are missing that the account may not create: all of them are named.
 */
export async function mysqlUrls(url: string): Promise<DatabaseUrls> {
  const server = readUrl(url);
  const prefix = server.pathname.slice(1) || 'assent';
  if (!/^[A-Za-z0-9_]{1,48}$/.test(prefix)) {
    throw new DatabasesError(
      `the path of ASSENT_DATABASE_URL is "${prefix}": it must be a prefix of letters, digits and "_", such as assent`,
    );
  }
  const nameOf = (owner: Owner) => (owner === 'coordinator' ? prefix : `${prefix}_${owner}`);
  await createMissing(
    server,
    owners.map((owner) => nameOf(owner)),
  );
  return urlsOf((owner) => {
    const database = new URL(server);
    database.pathname = `/${nameOf(owner)}`;
    return database.href;
  });
}

function readUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (['mysql:', 'mariadb:'].includes(url.protocol) && url.hostname !== '') return url;
  }
  throw new DatabasesError('ASSENT_DATABASE_URL must look like mysql://user:password@host:3306/assent');
}

async function createMissing(server: URL, names: readonly string[]): Promise<void> {
  const connection = await connect(server);
  try {
    const missing: string[] = [];
    for (const name of names) if (!(await exists(connection, name)) && !(await create(connection, name))) missing.push(name);
    if (missing.length > 0) {
      const statements = missing.map((name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb4;`).join(' ');
      throw new DatabasesError(
        `this account may not create databases: let an administrator run ${statements} and grant all rights on them`,
      );
    }
  } finally {
    await connection.end();
  }
}

async function connect(server: URL): Promise<mysql.Connection> {
  const withoutDatabase = new URL(server);
  withoutDatabase.protocol = 'mysql:';
  withoutDatabase.pathname = '/';
  try {
    return await mysql.createConnection({ uri: withoutDatabase.href, connectTimeout: 5_000 });
  } catch (cause) {
    throw new DatabasesError(`the database at ${server.host} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** `SHOW DATABASES` shows what the account has any right on. */
async function exists(connection: mysql.Connection, name: string): Promise<boolean> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [name]);
  return rows.length > 0;
}

/** 1044 and 1142: access denied. */
async function create(connection: mysql.Connection, name: string): Promise<boolean> {
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`);
    return true;
  } catch (failed) {
    if ([1044, 1142].includes((failed as { errno?: number }).errno ?? 0)) return false;
    throw failed;
  }
}

function urlsOf(urlOf: (owner: Owner) => string): DatabaseUrls {
  return { coordinator: urlOf('coordinator'), order: urlOf('order'), inventory: urlOf('inventory'), payment: urlOf('payment') };
}
