/** Creates the database that a URL names, where that is permitted. */
import { StoreUnavailableError } from '@assent/engine';
import mysql from 'mysql2/promise';
import { isServerAnswer, type MysqlError } from './classify.js';
import { parseDatabaseUrl } from './database-url.js';
import { reasonOf } from './writer-connection.js';

const CONNECT_TIMEOUT_MS = 5_000;
const UNKNOWN_DATABASE = 1_049;
/** Access denied: to the database (1044), at log-in (1045), to a command (1142, 1227). */
const DENIED = [1_044, 1_142, 1_227];

/**
 * Does nothing when the database is there: no right to create one is needed then.
 * @throws StoreUnavailableError when the server is away; Error with one line that says what to do when it refuses.
 */
export async function ensureMysqlDatabase(url: string): Promise<void> {
  const { url: usable, serverUrl, database, shown } = parseDatabaseUrl(url);
  try {
    await once(usable, 'DO 0');
  } catch (cause) {
    if ((cause as MysqlError).errno === UNKNOWN_DATABASE) return create(serverUrl, database, shown);
    throw refusal(cause, database, shown);
  }
}

async function create(serverUrl: string, database: string, shown: string): Promise<void> {
  try {
    await once(serverUrl, createStatement(database));
  } catch (cause) {
    throw refusal(cause, database, shown);
  }
}

function createStatement(database: string): string {
  return `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
}

function refusal(cause: unknown, database: string, shown: string): Error {
  const error = cause as MysqlError;
  if (DENIED.includes(error.errno ?? 0)) {
    return new Error(`The database "${database}" is missing or closed to this user; let somebody run: ${createStatement(database)}`, {
      cause,
    });
  }
  if (isServerAnswer(error)) return new Error(`The database server of ${shown} refuses: ${reasonOf(cause)}`, { cause });
  return new StoreUnavailableError(`The database ${shown} is not available: ${reasonOf(cause)}`, { cause });
}

async function once(uri: string, sql: string): Promise<void> {
  const connection = await mysql.createConnection({ uri, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    await connection.query(sql);
  } finally {
    connection.destroy();
  }
}
