/** Opens the store that a URL names. */

import {
  type Failpoints,
  noFailpoints,
  type Outbox,
  type ParticipantControlStore,
  type TransactionSearch,
  type TransactionStore,
} from '@assent/engine';
import type { SqliteDriverName } from '@assent/sqlite';
import type { DataSource } from 'typeorm';
import { ensureMysqlDatabase, openMysql } from './mysql/index.js';
import { SqlParticipantControlStore } from './participant-control-store.js';
import { mysqlSearch, SqlTransactionSearch, sqliteSearch } from './search/index.js';
import { openSqlite } from './sqlite/index.js';

export interface StoreOptions {
  /** `mysql://` or `mariadb://user:password@host:port/database`, or `sqlite:path/of/file`. */
  readonly url: string;
  /** One lease of the nodes: bounds how long a flush may stay open on the server. */
  readonly leaseMs: number;
  /** Connections for reads. Default 10. SQLite has one. */
  readonly poolSize?: number;
  readonly sqliteDriver?: SqliteDriverName;
  /** Default: none. */
  readonly failpoints?: Failpoints;
}

export interface OpenedStore {
  /** Its `close` closes the data source, too. */
  readonly store: TransactionStore;
  /** Events to publish; usable until the store is closed. */
  readonly outbox: Outbox;
  /** For people who look for transactions. */
  readonly search: TransactionSearch;
  /** Orders of operators about participants. */
  readonly participants: ParticipantControlStore;
  /** For what is not hot: administration, the registry of participants. */
  readonly dataSource: DataSource;
  readonly dialect: 'mysql' | 'mariadb' | 'sqlite';
  /** What the server should change to keep every promise, in sentences for the log. */
  readonly advice: readonly string[];
}

const DEFAULT_POOL_SIZE = 10;

/**
 * Creates the database where permitted, checks the server, runs the migrations (one node at a time) and opens the adapter.
 * @throws StoreUnavailableError when the server is away, safe to repeat; Error with one line that says what to change otherwise.
 */
export async function openTransactionStore(options: StoreOptions): Promise<OpenedStore> {
  const { url, leaseMs, poolSize = DEFAULT_POOL_SIZE, sqliteDriver, failpoints = noFailpoints } = options;
  const file = sqliteFile(url);
  if (file !== null) {
    const opened = await openSqlite({ file, failpoints, ...(sqliteDriver === undefined ? {} : { driver: sqliteDriver }) });
    return { ...opened, ...coldParts(opened.dataSource, sqliteSearch) };
  }
  const opened = await openMysql({ url, leaseMs, poolSize, failpoints });
  return { ...opened, ...coldParts(opened.dataSource, mysqlSearch) };
}

function coldParts(dataSource: DataSource, dialect: typeof mysqlSearch): Pick<OpenedStore, 'search' | 'participants'> {
  return { search: new SqlTransactionSearch(dataSource, dialect), participants: new SqlParticipantControlStore(dataSource) };
}

/**
 * Creates the database that the URL names when it is missing; any application may use it for its own. Nothing to do for SQLite.
 * @throws as `openTransactionStore`.
 */
export async function ensureDatabase(url: string): Promise<void> {
  if (sqliteFile(url) === null) await ensureMysqlDatabase(url);
}

/** The path of a `sqlite:` URL, or `null` for a server's. @throws Error with one line for any other scheme. */
function sqliteFile(url: string): string | null {
  const sqlite = /^sqlite:(?:\/\/)?(.+)$/.exec(url);
  if (sqlite !== null) return sqlite[1] as string;
  if (/^(mysql|mariadb):\/\//.test(url)) return null;
  throw new Error('The database URL must begin with mysql://, mariadb:// or sqlite:');
}
