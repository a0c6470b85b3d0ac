/** The store on an embedded SQLite file. */
export { type OpenedSqlite, openSqlite, type SqliteFile } from './open-sqlite.js';
export { SqliteTransactionStore } from './sqlite-transaction-store.js';
