/** The store on an embedded SQLite file. */
export { openSqlite } from './open-sqlite.js';
export { type OpensInMemory, prepareSqliteInMemory, type SqliteInMemory } from './sqlite-in-memory.js';
