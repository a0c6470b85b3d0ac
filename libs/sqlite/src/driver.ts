/**
 * Chooses the SQLite driver: better-sqlite3 where its native part was built, else libsql, which comes prebuilt. So an installation never fails for
 * want of a compiler. The choice is made once per process. better-sqlite3 is there twice, because neither version runs everywhere: from 13 on it is
 * written against Node-API and needs Node 22 (it ends Node 20 with a segmentation fault); before, it is written against Node's own headers, and Node 24.19 and
 * later abort when one of its statements is collected (better-sqlite3 issue 1515).
 */
import { createRequire } from 'node:module';
import { guardLibsql, type LibsqlDriver } from './guarded-libsql.js';
import type { SqliteDriver } from './types.js';

export type SqliteDriverName = 'better-sqlite3' | 'libsql';

const load = createRequire(import.meta.url);

/** The least major version of Node that better-sqlite3 13 runs on, by its `engines`. */
const NODE_API_FROM = 22;

const loaders: Readonly<Record<SqliteDriverName, () => SqliteDriver>> = {
  'better-sqlite3': loadBetterSqlite3,
  libsql: () => guardLibsql(load('libsql') as LibsqlDriver),
};

const loaded = new Map<SqliteDriverName, SqliteDriver>();
let chosen: SqliteDriver | undefined;

/**
 * The driver to use, also as TypeORM's `driver:` of a `better-sqlite3` data source.
 * @param preferred takes this one and no other; without it better-sqlite3 is taken when it works on this machine.
 * @throws Error with one line when the driver cannot be loaded.
 */
export function sqliteDriver(preferred?: SqliteDriverName): SqliteDriver {
  if (preferred !== undefined) return loadOnce(preferred);
  chosen ??= firstThatLoads();
  return chosen;
}

function firstThatLoads(): SqliteDriver {
  try {
    return loadOnce('better-sqlite3');
  } catch {
    // Not built on this machine: an optional dependency may be missing.
    return loadOnce('libsql');
  }
}

function loadOnce(name: SqliteDriverName): SqliteDriver {
  let driver = loaded.get(name);
  if (driver === undefined) {
    try {
      driver = loaders[name]();
    } catch (cause) {
      throw new Error(`The SQLite driver "${name}" cannot be loaded on this machine; install it, or use the other one`, { cause });
    }
    loaded.set(name, driver);
  }
  return driver;
}

/** The native part is loaded by the first database that is opened, not by `require`: so one is opened. */
function loadBetterSqlite3(): SqliteDriver {
  const driver = load(betterSqlite3For(process.versions.node)) as SqliteDriver;
  new driver(':memory:').close();
  return driver;
}

/** The package that holds the better-sqlite3 for this version of Node. */
export function betterSqlite3For(nodeVersion: string): 'better-sqlite3' | 'better-sqlite3-node-api' {
  return Number.parseInt(nodeVersion, 10) >= NODE_API_FROM ? 'better-sqlite3-node-api' : 'better-sqlite3';
}
