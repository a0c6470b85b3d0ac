/** The store on an embedded SQLite file. */
export { openSqlite } from './open-sqlite.js';
export { SqliteInMemory } from './sqlite-in-memory.js';
