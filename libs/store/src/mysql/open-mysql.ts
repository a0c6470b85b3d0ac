/** Opens a MySQL or MariaDB database for a coordinator: creates it where permitted, checks the server, migrates, and hands out the adapter. */
import { type Failpoints, noFailpoints, type Outbox, StoreUnavailableError } from '@assent/engine';
import { DataSource } from 'typeorm';
import { entities, migrations, migrationsTableName } from '../schema/index.js';
import { parseDatabaseUrl } from './database-url.js';
import { ensureMysqlDatabase } from './ensure-database.js';
import { migrate } from './migrate.js';
import { MysqlOutbox } from './mysql-outbox.js';
import { MysqlTransactionStore } from './mysql-transaction-store.js';
import { preparePool } from './pool.js';
import { QuietLogger } from './quiet-logger.js';
import { MysqlReads } from './reads.js';
import { adviceOnServer, isMariadb } from './session.js';
import { reasonOf, UnusableServerError, WriterConnection, type WriterOptions } from './writer-connection.js';

export interface MysqlOptions {
  readonly url: string;
  /** One lease: after this idle time the server ends the writer's session; also how long one flush may take. */
  readonly leaseMs: number;
  readonly poolSize: number;
  /** Default: none. */
  readonly failpoints?: Failpoints;
}

export interface OpenedMysql {
  readonly store: MysqlTransactionStore;
  readonly outbox: Outbox;
  readonly dataSource: DataSource;
  readonly dialect: 'mysql' | 'mariadb';
  /** What the server should change to keep every promise; for the log. */
  readonly advice: readonly string[];
}

const CONNECT_TIMEOUT_MS = 5_000;
/** In seconds; the least that servers know is one. */
const LONGEST_LOCK_WAIT_S = 2;
/** Longer than another node's migrations may hold the lock. */
const MIGRATION_TIMEOUT_MS = 120_000;
/** Reads that wait for a connection of the pool; beyond, the database counts as away. Some seconds of a busy one's work. */
const MOST_WAITING_READS = 1_000;

/** @throws StoreUnavailableError when the server is away; Error with one line that says what to change otherwise. */
export async function openMysql({ url, leaseMs, poolSize, failpoints = noFailpoints }: MysqlOptions): Promise<OpenedMysql> {
  await ensureMysqlDatabase(url);
  const writerOptions: WriterOptions = {
    url: parseDatabaseUrl(url).url,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    answerTimeoutMs: leaseMs,
    // A third of a lease at most, so that a flush that had to wait can be sent once more before others take this node for dead.
    lockWaitS: Math.min(LONGEST_LOCK_WAIT_S, Math.max(1, Math.floor(leaseMs / 3_000))),
    idleS: Math.max(1, Math.ceil(leaseMs / 1_000)),
  };
  const probe = await reach(() => openProbe(writerOptions));
  let dataSource: DataSource | null = null;
  try {
    const dialect = isMariadb(probe.variables.get('version') ?? '') ? 'mariadb' : 'mysql';
    dataSource = await reach(() => mysqlDataSource(dialect, writerOptions.url, poolSize).initialize());
    await preparePool(dataSource, leaseMs);
    await migrate(dataSource, probe);
    const store = new MysqlTransactionStore(dataSource, writerOptions, failpoints);
    const outbox = new MysqlOutbox(dataSource, new MysqlReads(dataSource));
    return { store, outbox, dataSource, dialect, advice: adviceOnServer(probe.variables) };
  } catch (cause) {
    await dataSource?.destroy();
    throw cause;
  } finally {
    probe.destroy();
  }
}

/** A connection for boot: it may idle and wait for as long as migrations take. */
function openProbe(options: WriterOptions): Promise<WriterConnection> {
  return WriterConnection.open({ ...options, answerTimeoutMs: MIGRATION_TIMEOUT_MS, idleS: MIGRATION_TIMEOUT_MS / 1_000 });
}

function mysqlDataSource(type: 'mysql' | 'mariadb', url: string, poolSize: number): DataSource {
  return new DataSource({
    type,
    url,
    entities,
    migrations,
    migrationsTableName,
    poolSize,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT_MS,
    extra: { queueLimit: MOST_WAITING_READS },
    logging: false,
    logger: new QuietLogger(),
  });
}

async function reach<Result>(connect: () => Promise<Result>): Promise<Result> {
  try {
    return await connect();
  } catch (cause) {
    if (cause instanceof UnusableServerError) throw cause;
    throw new StoreUnavailableError(`The database is not available: ${reasonOf(cause)}`, { cause });
  }
}
